import { setImmediate } from 'node:timers/promises';
import { waitHere } from '../runtime/wait-here';

/** Places of the words that threads share. */
const [CALLS, TASK, COUNT, NEXT, ARRIVED] = [0, 1, 2, 3, 4];
/** Behind them, what a task is told. */
const NUMBERS = 64;
/** Things that a thread takes at once. */
const HANDFUL = 32;
/** After so many milliseconds the leader lets others have a say: a thread that has died never comes. */
const PATIENCE = 20;

/** After all but the sum the others go back to where they came from. */
const tasks = ['rest', 'sum', 'update'] as const;
export type Task = Exclude<(typeof tasks)[number], 'rest'>;

/** Does the things number `start` to `end`. */
export type Share = (start: number, end: number) => void;

/**
 * Where threads meet to do many small things together, each of which depends on nothing but itself: a thread takes a
 * handful whenever it is through with one, so that none waits for a slower one, and all is the same whoever does what.
 * One thread leads: it calls to a task, joins in, and waits until the others have arrived at its end.
 */
export class Meeting {
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private answered = 0;

  constructor(readonly memory = new SharedArrayBuffer(2 * NUMBERS)) {
    this.words = new Int32Array(memory, 0, NUMBERS / 4);
    this.numbers = new Float64Array(memory, NUMBERS);
  }

  /** Leader: calls the others to do `count` things. All must have arrived at the end of those before. */
  call(task: Task, count: number, numbers: readonly number[] = []): void {
    this.numbers.set(numbers);
    Atomics.store(this.words, COUNT!, count);
    Atomics.store(this.words, NEXT!, 0);
    this.announce(task);
  }

  /** Leader: lets the others go without an update. */
  end(): void {
    this.announce('rest');
  }

  /** Does what is left of the things, a handful at a time. */
  join(share: Share): void {
    const count = Atomics.load(this.words, COUNT!);
    for (;;) {
      const start = Atomics.add(this.words, NEXT!, HANDFUL);
      if (start >= count) return;
      share(start, Math.min(start + HANDFUL, count));
    }
  }

  /**
   * Leader: waits until so many others have done their share.
   *
   * @param check throws where one of them never will
   */
  async arrival(others: number, check: () => void): Promise<void> {
    while (!waitHere(this.words, ARRIVED!, (value) => value === others, PATIENCE)) {
      await setImmediate();
      check();
    }
  }

  /** One of the others: does its share of each task that the leader calls to, up to the last one. */
  attend(shares: Readonly<Record<Task, (numbers: Float64Array) => Share>>): void {
    for (;;) {
      waitHere(this.words, CALLS!, (value) => value !== this.answered, Number.POSITIVE_INFINITY);
      this.answered = Atomics.load(this.words, CALLS!);
      const task = tasks[Atomics.load(this.words, TASK!)]!;
      if (task !== 'rest') this.join(shares[task](this.numbers));
      Atomics.add(this.words, ARRIVED!, 1);
      Atomics.notify(this.words, ARRIVED!);
      if (task !== 'sum') return;
    }
  }

  private announce(task: (typeof tasks)[number]): void {
    Atomics.store(this.words, ARRIVED!, 0);
    Atomics.store(this.words, TASK!, tasks.indexOf(task));
    Atomics.add(this.words, CALLS!, 1);
    Atomics.notify(this.words, CALLS!);
  }
}
