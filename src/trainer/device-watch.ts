import { Worker } from 'node:worker_threads';
import type { DeviceChoice } from '../protocol/devices';
import { HumanError } from '../protocol/human-error';
import { DeviceError } from '../runtime/device-error';
import { bundled } from './bundled';
import { type FailedRun, withAdvice } from './device-failure';
import { give, slotCount, slots, take, type WatchTask } from './device-watch-protocol';

/** How long calls of a device may take, in milliseconds. */
export interface Patience {
  readonly call: number;
  /** Of a compilation, and of a program's first run, which compiles as well. */
  readonly first: number;
}

const defaultSeconds = 120;
const firstTimes = 5;

/** The longest that fits into 32 bits of milliseconds, five times. */
const mostSeconds = 400_000;

/**
 * The patience that the environment asks for: `TEXTCLF_DEVICE_PATIENCE`, in seconds.
 *
 * @throws HumanError where it is no such number
 */
export function devicePatience(env: NodeJS.ProcessEnv = process.env): Patience {
  const { TEXTCLF_DEVICE_PATIENCE: asked } = env;
  const seconds = asked === undefined || asked === '' ? defaultSeconds : Number(asked);
  if (!(seconds > 0 && seconds <= mostSeconds)) {
    throw new HumanError(`TEXTCLF_DEVICE_PATIENCE is "${asked}", which is no number of seconds.`, {
      hint: `Set it to how long a device may be silent, such as ${defaultSeconds}, at most ${mostSeconds}; or leave it out.`,
    });
  }
  return { call: seconds * 1000, first: seconds * 1000 * firstTimes };
}

/**
 * The training thread's marks of when it waits for a device. Several calls may be under way at the same time: as long
 * as one of them begins or ends now and then, none is taken for hung.
 */
export class CallMarks {
  readonly shared = new SharedArrayBuffer(slotCount * Int32Array.BYTES_PER_ELEMENT);
  readonly #marks = new Int32Array(this.shared);
  readonly #underWay = new Map<symbol, number>();
  #isOver = false;

  constructor(private readonly patience: Patience) {}

  /** Does what asks the device for something. */
  async during<Result>(kind: keyof Patience, call: () => Promise<Result>): Promise<Result> {
    const key = Symbol(kind);
    this.#underWay.set(key, this.patience[kind]);
    this.#mark();
    try {
      return await call();
    } finally {
      this.#underWay.delete(key);
      this.#mark();
    }
  }

  /**
   * Ends the marking, not in the middle of the other thread's writing. A call that comes back later, as after the
   * trouble of another one, must not wait for that thread: it is gone.
   */
  end(): void {
    take(this.#marks);
    this.#isOver = true;
  }

  #mark(): void {
    if (this.#isOver) return;
    take(this.#marks);
    Atomics.store(this.#marks, slots.patience, Math.max(0, ...this.#underWay.values()));
    Atomics.add(this.#marks, slots.changes, 1);
    give(this.#marks);
  }
}

/**
 * Does what a run needs its device for, watched.
 *
 * @throws DeviceError with what is left of the run, and how to go on without the device
 */
export async function withWatch<Result>(
  { device }: DeviceChoice,
  run: FailedRun,
  work: (marks: CallMarks) => Promise<Result>,
): Promise<Result> {
  const marks = new CallMarks(devicePatience());
  // The processor has no driver that could hang.
  const end = device === 'cpu' ? undefined : await watchDevice(marks, run);
  try {
    return await work(marks);
  } catch (error) {
    throw error instanceof DeviceError ? withAdvice(error, run) : error;
  } finally {
    await end?.();
  }
}

/**
 * Starts the thread that watches the calls of a device: a driver that hangs blocks the thread that asked, and nothing
 * there could say so. Where a call takes too long, the thread writes the run's end and ends the whole process.
 *
 * @returns ends the watching
 */
async function watchDevice(marks: CallMarks, run: FailedRun): Promise<() => Promise<void>> {
  const file = bundled('device-watch.js');
  // Sources that run as they are have none.
  if (!file) return async () => {};
  const workerData: WatchTask = { shared: marks.shared, run };
  const worker = new Worker(file, { workerData });
  await new Promise<void>((resolve, reject) => {
    // Once it watches, its own end is nothing that a training has to end for.
    worker.once('message', () => resolve());
    worker.on('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that watches the device ended (${code})`)));
  });
  worker.unref();
  return async () => {
    marks.end();
    await worker.terminate();
  };
}
