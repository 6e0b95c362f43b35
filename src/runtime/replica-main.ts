/** The thread behind replica.ts: opens one model and runs it whenever it is told to. */
import './environment';
import { parentPort } from 'node:worker_threads';
import type { Executable, Tensor } from './executor';
import { openModelBytes } from './onnxruntime';
import { bytesOf, copy, type FromReplica, type Slot, type ToReplica, view } from './replica-protocol';

let model: Executable | undefined;

/** onnxruntime takes no shared memory, so each tensor has a copy here, kept from run to run. */
const buffers = new Map<string, { bytes: ArrayBuffer; tensor: Tensor }>();

function tensorFor(slot: Slot): Tensor {
  const { name, dtype, shape } = slot;
  const kept = buffers.get(name);
  if (kept && kept.tensor.shape.join() === shape.join()) return kept.tensor;
  const needed = bytesOf(dtype, shape);
  const bytes = kept && kept.bytes.byteLength >= needed ? kept.bytes : new ArrayBuffer(needed);
  const tensor = { dtype, shape, data: view(bytes, { ...slot, at: 0 }) };
  buffers.set(name, { bytes, tensor });
  return tensor;
}

async function handle(message: ToReplica): Promise<FromReplica> {
  switch (message.type) {
    case 'open':
      model = await openModelBytes(message.model, { threads: 1 });
      return { type: 'done', results: {} };
    case 'run': {
      const { memory } = message;
      const feeds = Object.fromEntries(message.feeds.map((slot) => [slot.name, tensorFor(slot)]));
      for (const slot of message.feeds) copy(view(memory, slot), feeds[slot.name]!.data);
      const into = Object.fromEntries(message.into.map((slot) => [slot.name, tensorFor(slot)]));
      const results = await model!.run(feeds, into);
      for (const slot of message.into) copy(into[slot.name]!.data, view(memory, slot));
      const others = Object.entries(results).filter(([name]) => !(name in into));
      return { type: 'done', results: Object.fromEntries(others) };
    }
    case 'close':
      try {
        await model?.release();
      } finally {
        process.exit();
      }
  }
}

parentPort!.on('message', (message: ToReplica) => {
  handle(message).then(
    (reply) => parentPort!.postMessage(reply),
    (error: unknown) => parentPort!.postMessage({ type: 'failed', message: String(error) }),
  );
});
