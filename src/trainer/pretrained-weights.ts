import { createRandom } from '../data/random';
import { type Checkpoint, openCheckpoint } from '../pretrained/checkpoint';
import { isOfHead, WORD_TABLE } from '../pretrained/names';
import type { Weight } from '../pretrained/save';
import { initialize } from './parameters';
import type { PretrainedStep } from './pretrained-step';
import type { RunContext } from './run-context';

/** The checkpoint's weights, and new ones for what it has none of: mostly the classifier. */
export function loadWeights(
  { experiment: { training }, writer }: RunContext,
  { parameters, specs, table }: PretrainedStep,
  checkpoint: Checkpoint,
  labels: readonly string[],
): void {
  const random = createRandom(training.seed + 1);
  const knowsLabels = checkpoint.labels?.join('\n') === labels.join('\n');
  const drawn: string[] = [];
  for (const spec of specs) {
    const data = parameters.values[spec.name]!.data as Float32Array;
    const isForOthers =
      spec.name.startsWith('head.output.') &&
      !(knowsLabels && data.length % checkpoint.labels!.length === 0 && spec.shape.at(-1) === labels.length);
    if (checkpoint.parameters.has(spec.name) && !isForOthers) checkpoint.read(spec.name, data);
    else {
      initialize(spec, data, random);
      drawn.push(spec.name);
    }
  }
  checkpoint.read(WORD_TABLE, table.table.subarray(table.width));
  if (drawn.length > 0) writer.log(`not in the checkpoint, so drawn anew: ${drawn.join(', ')}`);
}

/** All weights by name; the table without its row of padding. */
export function weightsOf({ parameters, table }: PretrainedStep): Record<string, Weight> {
  const words = { shape: [table.rows - 1, table.width], data: table.table.subarray(table.width) };
  const others = Object.entries(parameters.values).map(([name, { shape, data }]) => [
    name,
    { shape, data: data as Float32Array },
  ]);
  return { [WORD_TABLE]: words, ...Object.fromEntries(others) };
}

/** Reads the encoder's weights back from a model folder that was written before. */
export function restoreEncoder({ parameters, table }: PretrainedStep, folder: string): void {
  const saved = openCheckpoint(folder);
  try {
    saved.read(WORD_TABLE, table.table.subarray(table.width));
    for (const [name, { data }] of Object.entries(parameters.values)) {
      if (!isOfHead(name)) saved.read(name, data as Float32Array);
    }
  } finally {
    saved.close();
  }
}
