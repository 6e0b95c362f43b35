/** Milliseconds: so long a thread may be busy before it hears what others have to say. */
const longestWork = 50;

/**
 * For work of many small pieces: awaited between two of them, lets other work of the thread go on now and then, so that
 * it can be cancelled.
 *
 * @returns a function that gives a promise where a pause is due, and nothing otherwise
 * @throws from the promise the signal's reason where it was aborted
 */
export function pauses(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < longestWork) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      signal?.throwIfAborted();
      last = performance.now();
    });
  };
}
