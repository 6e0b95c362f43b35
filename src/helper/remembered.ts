/** Remembers what was made of the last few keys, and what was wrong where it could not be made. */
export class Remembered<Result> {
  /** The least recently used first. */
  readonly #known = new Map<string, { result: Result } | { error: unknown }>();

  /** @param most how many are remembered */
  constructor(private readonly most: number) {}

  /**
   * @param make is asked where the key is not known
   * @throws what `make` has thrown, now or then; the signal's reason where it was aborted, which is not remembered
   */
  async get(key: string, make: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const known = this.#known.get(key) ?? (await attempt(make, signal));
    this.#known.delete(key);
    this.#known.set(key, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.most) break;
      this.#known.delete(oldest);
    }
    if ('error' in known) throw known.error;
    return known.result;
  }
}

async function attempt<Result>(make: () => Promise<Result>, signal: AbortSignal | undefined) {
  try {
    return { result: await make() };
  } catch (error) {
    // Not the data's fault.
    signal?.throwIfAborted();
    return { error };
  }
}
