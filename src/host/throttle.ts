import type * as vscode from 'vscode';

/** Calls an action at most once an interval for each key; the last call is never lost. */
export class Throttle implements vscode.Disposable {
  readonly #waiting = new Map<string, { timer: NodeJS.Timeout; again: boolean }>();

  constructor(
    private readonly interval: number,
    private readonly action: (key: string) => void,
  ) {}

  call(key: string): void {
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.again = true;
      return;
    }
    const timer = setTimeout(() => {
      const { again } = this.#waiting.get(key)!;
      this.#waiting.delete(key);
      if (again) this.call(key);
    }, this.interval);
    this.#waiting.set(key, { timer, again: false });
    this.action(key);
  }

  dispose(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
