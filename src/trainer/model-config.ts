import { join } from 'node:path';
import type { DecisionRule } from '../metrics/decide';
import { writeFileAtomic } from '../runs/atomic';

/**
 * Writes `config.json`: what Hugging Face's libraries call these things, and under `textclf` what is the model's own.
 *
 * @param own with `outputs`, the number of logits of a text
 */
export function writeModelConfig(
  folder: string,
  labels: readonly string[],
  { task, thresholds }: DecisionRule,
  own: { outputs: number } & Record<string, unknown>,
): void {
  const config = {
    model_type: 'textclf',
    architectures: ['TextClfForSequenceClassification'],
    problem_type: task === 'multi-label' ? 'multi_label_classification' : 'single_label_classification',
    num_labels: labels.length,
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    textclf: { ...own, thresholds },
  };
  writeFileAtomic(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
