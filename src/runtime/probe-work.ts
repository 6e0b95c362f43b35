import { HumanError } from '../protocol/human-error';
import { onnxruntimeExecutor } from './onnxruntime';
import { openWebgpu } from './onnxruntime-webgpu';
import { findCards } from './probe-cards';
import type { Finding, ProbeReply, ProbeTask } from './probe-protocol';
import { speedOf } from './probe-speed';
import { loadTensorflow } from './tensorflow/load';

type Task<Type extends ProbeTask['type']> = Extract<ProbeTask, { type: Type }>;

const work: { readonly [Type in ProbeTask['type']]: (task: Task<Type>) => Promise<Finding<Type>> } = {
  cards: findCards,
  async webgpu({ threads }) {
    const device = await openWebgpu();
    try {
      const speed = await speedOf(device);
      const processorSpeed = await speedOf(onnxruntimeExecutor({ threads }));
      return { hasHalf: device.hasHalf, speed, processorSpeed };
    } finally {
      // A driver that crashes only when it is left alone is better known now.
      await device.close();
    }
  },
  async provider({ provider }) {
    await speedOf(onnxruntimeExecutor({ provider }));
    return {};
  },
  async tensorflow() {
    const { device, name } = await loadTensorflow({ device: 'auto' });
    return { device, name };
  },
};

/** Does one task; what goes wrong is the reply. */
export async function probe(task: ProbeTask): Promise<ProbeReply> {
  try {
    return { type: 'found', found: await (work[task.type] as (task: ProbeTask) => Promise<unknown>)(task) };
  } catch (error) {
    const { message, hint } = error instanceof HumanError ? error : { message: messageOf(error) };
    return { type: 'failed', reason: message, ...(hint === undefined ? {} : { hint }) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
