import { createRandom } from '../data/random';
import { type Checkpoint, openCheckpoint } from '../pretrained/checkpoint';
import { initialize } from './parameters';
import type { RunContext } from './run-context';
import type { WeightedStep } from './step';

/** The checkpoint's weights, and new ones for what it has none of: mostly the classifier. */
export async function loadWeights(
  { experiment: { training }, writer }: RunContext,
  step: WeightedStep,
  checkpoint: Checkpoint,
  labels: readonly string[],
): Promise<void> {
  const random = createRandom(training.seed + 1);
  const knowsLabels = checkpoint.labels?.join('\n') === labels.join('\n');
  const drawn: string[] = [];
  await step.writeWeights((spec, data) => {
    const isOutput = spec.name.startsWith('head.output.');
    const outputs = spec.shape.at(-1)!;
    if (!checkpoint.parameters.has(spec.name) || (isOutput && !knowsLabels)) {
      initialize(spec, data, random);
      drawn.push(spec.name);
    } else if (isOutput && outputs === 1 && labels.length === 2) readAsOne(checkpoint, spec.name, data);
    else checkpoint.read(spec.name, data);
  });
  if (drawn.length > 0) writer.log(`not in the checkpoint, so drawn anew: ${drawn.join(', ')}`);
}

/** Two logits as one: what the second has over the first gives the same probability. */
function readAsOne(checkpoint: Checkpoint, name: string, data: Float32Array): void {
  const both = new Float32Array(2 * data.length);
  checkpoint.read(name, both);
  for (let i = 0; i < data.length; i++) data[i] = both[2 * i + 1]! - both[2 * i]!;
}

/** Brings back the weights that a model folder was written with: the encoder's from there, and those of its head. */
export async function restoreWeights(
  step: WeightedStep,
  folder: string,
  head: Readonly<Record<string, Float32Array>>,
): Promise<void> {
  const saved = openCheckpoint(folder);
  try {
    await step.writeWeights(({ name }, data) => {
      const kept = head[name];
      if (kept) data.set(kept);
      else saved.read(name, data);
    });
  } finally {
    saved.close();
  }
}
