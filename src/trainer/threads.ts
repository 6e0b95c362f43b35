import { availableParallelism } from 'node:os';

/** The products inside a recurrent step are too small to gain from more threads than this. */
const MOST_USEFUL = 4;

/**
 * How many threads compute: as many as asked for, or for 0 one for each core up to a useful number.
 * Never more than there are cores: threads that wait for each other's core take many times as long.
 */
export function chooseThreads(asked: number): number {
  return Math.min(asked > 0 ? asked : MOST_USEFUL, availableParallelism());
}
