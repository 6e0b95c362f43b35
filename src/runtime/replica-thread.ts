/** The thread behind replica.ts: opens one model and runs it whenever it is told to. */
import { parentPort } from 'node:worker_threads';
import type { Executable, HelpersPart, Tensor, ThreadHelper } from './executor';
import { openModelBytes } from './onnxruntime';
import { bytesOf, copy, type FromReplica, type Slot, type ToReplica, view } from './replica-protocol';

type Kept = Omit<Slot, 'at'>;

/** To be called once, in the thread. */
export function serveReplica(helper: ThreadHelper): void {
  let model: Executable | undefined;
  let done: Int32Array;
  /** What the helper has begun of the next run, or throws what went wrong. */
  let begun: (() => HelpersPart) | undefined;
  /** onnxruntime takes no shared memory, so each tensor has a copy here, kept from run to run. */
  const buffers = new Map<string, { bytes: ArrayBuffer; tensor: Tensor }>();

  function tensorFor({ name, dtype, shape }: Kept): Tensor {
    const kept = buffers.get(name);
    if (kept && kept.tensor.shape.join() === shape.join()) return kept.tensor;
    const needed = bytesOf(dtype, shape);
    const bytes = kept && kept.bytes.byteLength >= needed ? kept.bytes : new ArrayBuffer(needed);
    const tensor = { dtype, shape, data: view(bytes, { name, dtype, shape, at: 0 }) };
    buffers.set(name, { bytes, tensor });
    return tensor;
  }
  const tensorsFor = (slots: readonly Kept[]) =>
    Object.fromEntries(slots.map((slot) => [slot.name, tensorFor(slot)]));

  async function run({ memory, ...message }: ToReplica & { type: 'run' }): Promise<FromReplica> {
    const feeds = tensorsFor(message.feeds);
    for (const slot of message.feeds) copy(view(memory, slot), feeds[slot.name]!.data);
    const into = tensorsFor(message.into);
    const take = begun;
    begun = undefined;
    const own = take?.() ?? { feeds: {}, into: {}, end: () => {} };
    const results = await model!.run({ ...feeds, ...own.feeds }, { ...into, ...own.into });
    own.end();
    for (const slot of message.into) copy(into[slot.name]!.data, view(memory, slot));
    const others = Object.entries(results).filter(([name]) => !(name in into || name in own.into));
    if (others.length === 0) {
      Atomics.store(done, 0, message.run);
      Atomics.notify(done, 0);
    }
    return { type: 'done', results: Object.fromEntries(others) };
  }

  async function handle(message: ToReplica): Promise<FromReplica | undefined> {
    switch (message.type) {
      case 'open':
        done = new Int32Array(message.done);
        model = await openModelBytes(message.model, { threads: 1 });
        return { type: 'done', results: {} };
      case 'run':
        return run(message);
      case 'begin':
        begun = attempt(() => helper.begin(message.task));
        return undefined;
      case 'tell':
        helper.told(message.message);
        return { type: 'done', results: {} };
      case 'close':
        try {
          await model?.release();
        } finally {
          process.exit();
        }
    }
  }

  // One thing after the other: a run lets the next message in before it is through.
  let last = Promise.resolve();
  parentPort!.on('message', (message: ToReplica) => {
    last = last
      .then(() => handle(message))
      .catch((error: unknown): FromReplica => ({ type: 'failed', message: String(error) }))
      .then((reply) => reply && parentPort!.postMessage(reply));
  });
}

/** Does it now; what came of it, now or later. */
function attempt<T>(action: () => T): () => T {
  try {
    const result = action();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
