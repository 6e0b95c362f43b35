import { Worker } from 'node:worker_threads';
import type { Replica, Tensor, Tensors } from './executor';
import { bytesOf, copy, type FromReplica, type Slot, type ToReplica, view } from './replica-protocol';
import { waitHere } from './wait-here';

interface Waiting {
  resolve(results: Record<string, Tensor>): void;
  reject(error: Error): void;
}

/**
 * A model that runs in a thread of its own, on one core. onnxruntime-node computes in the thread that asks, so two
 * models only run at the same time in two threads. What is fed and what comes back is copied through memory that
 * both threads share: a few megabytes a step, a tenth of a millisecond each.
 *
 * @param file the bundle of what calls serveReplica (replica-thread.ts)
 */
export async function openReplica(file: URL, model: Uint8Array): Promise<Replica> {
  const worker = new Worker(file);
  /** The last run of which all results are in memory. */
  const done = new Int32Array(new SharedArrayBuffer(4));
  let lastRun = 0;
  /** Has the last run's results used where they are in memory. */
  let useResults = () => {};
  let memory = new SharedArrayBuffer(0);
  /** Who waits for a reply: these come in the order of what was asked. */
  const waiting: Waiting[] = [];
  let dead: Error | undefined;
  let isClosing = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const die = (error: Error) => {
    dead ??= error;
    for (const { reject } of waiting.splice(0)) reject(dead);
  };
  worker.on('error', die);
  worker.on('exit', (code) => die(new Error(`the thread of a model ended (${code})`)));
  worker.on('message', (message: FromReplica) => {
    const asked = waiting.shift();
    // A thread that nobody waits for keeps no process from ending.
    if (waiting.length === 0 && !isClosing) worker.unref();
    if (message.type === 'failed') asked?.reject(new Error(message.message));
    else asked?.resolve(message.results);
  });
  const ask = (message: ToReplica) =>
    new Promise<Record<string, Tensor>>((resolve, reject) => {
      if (dead) return reject(dead);
      waiting.push({ resolve, reject });
      worker.ref();
      worker.postMessage(message);
    });
  try {
    await ask({ type: 'open', model, done: done.buffer as SharedArrayBuffer });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    begin(task: unknown) {
      worker.postMessage({ type: 'begin', task } satisfies ToReplica);
    },
    async run(feeds: Tensors, into: Tensors = {}) {
      const { slots: fed, end } = layOut(feeds, 0);
      const { slots: filled, end: bytes } = layOut(into, end);
      if (bytes > memory.byteLength) memory = new SharedArrayBuffer(bytes);
      for (const slot of fed) copy(feeds[slot.name]!.data, view(memory, slot));
      lastRun = (lastRun + 1) | 0;
      const reply = ask({ type: 'run', run: lastRun, memory, feeds: fed, into: filled });
      const inMemory = new Promise<Record<string, Tensor>>((resolve) => {
        useResults = () => resolve({});
      });
      const results = await Promise.race([reply, inMemory]);
      for (const slot of filled) copy(view(memory, slot), into[slot.name]!.data);
      return { ...results, ...into };
    },
    attend(milliseconds: number) {
      if (waitHere(done, 0, (value) => value === lastRun, milliseconds)) useResults();
    },
    async tell(message: unknown) {
      await ask({ type: 'tell', message });
    },
    async release() {
      // Its end is waited for, whatever it answers before.
      isClosing = true;
      if (!dead) {
        worker.ref();
        worker.postMessage({ type: 'close' } satisfies ToReplica);
      }
      await ended;
    },
  };
}

/** One tensor after the other from byte `start` on. */
function layOut(tensors: Tensors, start: number): { slots: Slot[]; end: number } {
  let end = start;
  const slots = Object.entries(tensors).map(([name, { dtype, shape }]): Slot => {
    const at = end;
    end += bytesOf(dtype, shape);
    return { name, dtype, shape, at };
  });
  return { slots, end };
}
