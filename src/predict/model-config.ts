import * as z from 'zod';
import type { DecisionRule } from '../metrics/decide';
import { HumanError } from '../protocol/human-error';

/** Hugging Face's names of the tasks. */
const tasks = {
  single_label_classification: 'single-label',
  multi_label_classification: 'multi-label',
} as const;

const schema = z.object({
  model_type: z.literal('textclf'),
  problem_type: z
    .enum(['single_label_classification', 'multi_label_classification'])
    .default('single_label_classification'),
  id2label: z.record(z.string().regex(/^\d+$/), z.string()),
  textclf: z.object({
    type: z.string().optional(),
    outputs: z.int().min(1),
    thresholds: z.array(z.number().min(0).max(1)).optional(),
  }),
});

export interface ModelConfig {
  /** Whether it is a linear classifier over features instead of a network over tokens. */
  isBaseline: boolean;
  /** The class of each number. */
  labels: string[];
  /** Logits for each text: one for each class, or a single one that tells two classes apart. */
  outputs: number;
  /** How probabilities become classes. */
  rule: DecisionRule;
}

/**
 * Reads a model's `config.json`, Hugging Face's form with the product's own part under `textclf`.
 *
 * @param file where it was read, for messages
 * @throws HumanError where it is damaged or describes another kind of model
 */
export function parseModelConfig(json: string, file: string): ModelConfig {
  const { id2label, problem_type, textclf } = parse(json, file);
  const classes = Object.keys(id2label).length;
  const labels = Array.from({ length: classes }, (_, id) => id2label[id]);
  if (!labels.every((label) => label !== undefined) || new Set(labels).size !== classes) {
    throw broken(file, 'id2label must number different labels from 0');
  }
  const { type, outputs, thresholds } = textclf;
  const task = tasks[problem_type];
  const fits = task === 'single-label' && outputs === 1 ? classes === 2 : outputs === classes;
  if (!fits) throw broken(file, `${outputs} outputs do not fit ${classes} labels`);
  const wanted = task === 'multi-label' ? classes : classes === 2 ? 1 : 0;
  if (thresholds && thresholds.length !== wanted) {
    throw broken(file, `${thresholds.length} thresholds do not fit ${classes} labels`);
  }
  return { isBaseline: type === 'baseline', labels, outputs, rule: { task, thresholds } };
}

function parse(json: string, file: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    throw broken(file, issue ? `${issue.path.join('.')}: ${issue.message}` : (cause as Error).message, cause);
  }
}

function broken(file: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`This is not the configuration of a TextClf model: ${why}.`, {
    place: { file },
    hint: 'The file is damaged or was made by another program. Copy the model again, or train it anew.',
    cause,
  });
}
