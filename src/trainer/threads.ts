import { availableParallelism } from 'node:os';

/** The products inside a recurrent step are too small to gain from more threads than this. */
const MOST_USEFUL = 4;

/** How many threads compute: as many as asked for, or for 0 one for each core up to a useful number. */
export function chooseThreads(asked: number): number {
  return asked > 0 ? asked : Math.min(availableParallelism(), MOST_USEFUL);
}
