import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { lstm, textclfStep } from './workload';

const STEPS = 2000;

/** Prints the resident size while an LSTM trains for 2 000 steps: it must not grow. */
export async function measureMemory(threads: number): Promise<void> {
  const step = await textclfStep(onnxruntimeExecutor({ threads }), lstm);
  console.log('steps  resident, MB');
  for (let i = 0; i <= STEPS; i++) {
    await step.run();
    if (i % 200 === 0)
      console.log(`${String(i).padStart(5)}  ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)}`);
  }
}
