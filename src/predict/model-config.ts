import * as z from 'zod';
import type { DecisionRule } from '../metrics/decide';
import { quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';

/** Hugging Face's names of the tasks. */
const tasks = {
  single_label_classification: 'single-label',
  multi_label_classification: 'multi-label',
} as const;

const schema = z.object({
  model_type: z.string(),
  problem_type: z
    .enum(['single_label_classification', 'multi_label_classification'])
    .default('single_label_classification'),
  id2label: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
  textclf: z
    .object({
      type: z.string().optional(),
      outputs: z.int().min(1),
      thresholds: z.array(z.number().min(0).max(1)).optional(),
      maxLength: z.int().min(1).default(1),
    })
    .optional(),
});

export interface ModelConfig {
  /** A linear classifier over features, a network over the experiment's own tokens, or a fine-tuned encoder. */
  kind: 'baseline' | 'network' | 'pretrained';
  /** The class of each number. */
  labels: string[];
  /** Logits for each text: one for each class, or a single one that tells two classes apart. */
  outputs: number;
  /** How probabilities become classes. */
  rule: DecisionRule;
  /** Tokens of a text that a fine-tuned encoder reads; the other kinds' tokenizers know for themselves. */
  maxLength: number;
}

/**
 * Reads a model's `config.json`, Hugging Face's form with the product's own part under `textclf`.
 *
 * @param file where it was read, for messages
 * @throws HumanError where it is damaged or describes another kind of model
 */
export function parseModelConfig(json: string, file: string): ModelConfig {
  const { model_type, id2label, problem_type, textclf } = parse(json, file);
  if (!textclf) throw foreign(file, model_type);
  if (textclf.type !== 'pretrained' && model_type !== 'textclf')
    throw broken(file, `"model_type" is ${quoteName(model_type)}`);
  if (!id2label) throw broken(file, 'id2label is missing');
  const classes = Object.keys(id2label).length;
  const labels = Array.from({ length: classes }, (_, id) => id2label[id]);
  if (!labels.every((label) => label !== undefined) || new Set(labels).size !== classes) {
    throw broken(file, 'id2label must number different labels from 0');
  }
  const { type, outputs, thresholds, maxLength } = textclf;
  const kind = type === 'baseline' || type === 'pretrained' ? type : 'network';
  const task = tasks[problem_type];
  const fits = task === 'single-label' && outputs === 1 ? classes === 2 : outputs === classes;
  if (!fits) throw broken(file, `${outputs} outputs do not fit ${classes} labels`);
  const wanted = task === 'multi-label' ? classes : classes === 2 ? 1 : 0;
  if (thresholds && thresholds.length !== wanted) {
    throw broken(file, `${thresholds.length} thresholds do not fit ${classes} labels`);
  }
  return { kind, labels, outputs, rule: { task, thresholds }, maxLength };
}

function parse(json: string, file: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    throw broken(file, issue ? `${issue.path.join('.')}: ${issue.message}` : (cause as Error).message, cause);
  }
}

/** A model such as Hugging Face's own. */
function foreign(file: string, modelType: string): HumanError {
  return new HumanError(
    `This is not a model that TextClf has trained: its "model_type" is ${quoteName(modelType)}, and it has no part "textclf".`,
    {
      place: { file },
      hint: 'To train it on, name its folder as "encoder" in an experiment of "type": "pretrained".',
    },
  );
}

function broken(file: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`This is not the configuration of a TextClf model: ${why}.`, {
    place: { file },
    hint: 'The file is damaged or was made by another program. Copy the model again, or train it anew.',
    cause,
  });
}
