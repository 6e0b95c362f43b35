import { availableParallelism } from 'node:os';

/** Threads beyond this many gain little: each takes a part of a batch. */
const MOST_USEFUL = 4;

/** A part of a batch with fewer texts takes as long: the products compute twelve rows at a time. */
const FEWEST_TEXTS = 8;

/**
 * How many threads compute: as many as asked for, or for 0 one for each core up to a useful number.
 * Never more than there are cores: threads that wait for each other's core take many times as long.
 */
export function chooseThreads(asked: number): number {
  return Math.min(asked > 0 ? asked : MOST_USEFUL, availableParallelism());
}

/** In how many parts a batch is computed at the same time. */
export function usefulCopies(threads: number, batchSize: number): number {
  return Math.min(threads, Math.ceil(batchSize / FEWEST_TEXTS));
}
