/** A thread that turns texts into numbers, see text-threads.ts. */
import { parentPort } from 'node:worker_threads';
import { HumanError } from '../protocol/human-error';
import { Texts } from '../store/texts';
import type { FromTextThread, ThreadError, ToTextThread } from './text-thread-protocol';
import { beginWork, type TextWork } from './text-work';

let work: TextWork | undefined;

function answer(message: ToTextThread): FromTextThread {
  switch (message.type) {
    case 'begin':
      work = beginWork(message.task);
      return { type: 'begun' };
    case 'block': {
      const texts = new Texts(message.texts);
      for (const row of message.rows) work!.add(texts.get(row));
      return { type: 'block', block: work!.take() };
    }
    case 'units':
      return { type: 'units', units: work!.units!().pack() };
  }
}

function describe(error: unknown): ThreadError {
  if (error instanceof HumanError) return { message: error.message, isHuman: true, hint: error.hint };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), isHuman: false };
}

function moved(reply: FromTextThread): ArrayBuffer[] {
  const arrays =
    reply.type === 'block'
      ? Object.values(reply.block)
      : reply.type === 'units'
        ? [reply.units.counts, reply.units.beginnings, reply.units.lasts]
        : [];
  return arrays.map((array: Int32Array | Uint32Array) => array.buffer as ArrayBuffer);
}

parentPort!.on('message', (message: ToTextThread) => {
  try {
    const reply = answer(message);
    parentPort!.postMessage(reply, moved(reply));
  } catch (error) {
    parentPort!.postMessage({ type: 'failed', error: describe(error) } satisfies FromTextThread);
  }
});
