/** Timers count no further, and nobody waits that long. */
const longest = 2 ** 31 - 1;

/** When a search's time is up. */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(minutes: number | undefined) {
    if (minutes === undefined) return;
    this.#timer = setTimeout(() => this.#controller.abort(), Math.min(longest, minutes * 60_000));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isUp(): boolean {
    return this.signal.aborted;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
