import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { HumanError } from '../protocol/human-error';
import { slotCount, slots, type WatchTask } from './device-watch-protocol';

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

  #mark(): void {
    Atomics.store(this.#marks, slots.patience, Math.max(0, ...this.#underWay.values()));
    Atomics.add(this.#marks, slots.changes, 1);
  }
}

/** The thread's code beside the bundled trainer; sources that run as they are have none, and are not watched. */
function bundledWatch(): URL | undefined {
  const file = new URL('./device-watch.js', import.meta.url);
  return existsSync(file) ? file : undefined;
}

/**
 * Starts the thread that watches the calls of a device: a driver that hangs blocks the thread that asked, and nothing
 * there could say so. Where a call takes too long, the thread writes the run's end and ends the whole process.
 *
 * @returns ends the watching
 */
export async function watchDevice(
  task: WatchTask,
  file: URL | undefined = bundledWatch(),
): Promise<() => Promise<void>> {
  if (!file) return async () => {};
  const worker = new Worker(file, { workerData: task });
  await new Promise<void>((resolve, reject) => {
    // Once it watches, its own end is nothing that a training has to end for.
    worker.once('message', () => resolve());
    worker.on('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that watches the device ended (${code})`)));
  });
  worker.unref();
  return async () => {
    await worker.terminate();
  };
}
