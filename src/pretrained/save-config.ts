import type { Task } from '../protocol/events';
import type { EncoderConfig } from './config';

/** What `config.json` says of the classifier beyond its encoder. */
export interface ClassifierConfig {
  readonly labels: readonly string[];
  readonly task: Task;
  /** From which probabilities on a class is given, where that was chosen. */
  readonly thresholds?: readonly number[] | undefined;
  /** Logits for each text. */
  readonly outputs: number;
  /** Tokens of a text, its marks included; further ones are cut off. */
  readonly maxLength: number;
  /** Of the token that the tokenizer fills up shorter texts with. */
  readonly paddingId: number | undefined;
}

/** The values of `model_type`, and what transformers calls the classifier over it. */
const classes: Readonly<Record<string, string>> = {
  bert: 'BertForSequenceClassification',
  roberta: 'RobertaForSequenceClassification',
  'xlm-roberta': 'XLMRobertaForSequenceClassification',
  camembert: 'CamembertForSequenceClassification',
  distilbert: 'DistilBertForSequenceClassification',
  albert: 'AlbertForSequenceClassification',
};

/**
 * Of the checkpoint's own keys, what is not true of the model any more, or would name the machine's folders or code
 * to be loaded from elsewhere.
 */
const foreign: ReadonlySet<string> = new Set([
  ...['_name_or_path', 'name_or_path', 'auto_map', 'transformers_version', 'num_labels', '_num_labels'],
  ...['torch_dtype', 'quantization_config', 'transformers.js_config', 'finetuning_task'],
]);

/**
 * The contents of `config.json`: the checkpoint's own keys, with those of `*ForSequenceClassification`, and the
 * product's own under `textclf`.
 *
 * @param hasDataFile whether the weights of `onnx/model.onnx` lie in a file beside it
 */
export function pretrainedConfig(
  { json, modelType, architecture }: EncoderConfig,
  { labels, task, thresholds, outputs, maxLength, paddingId }: ClassifierConfig,
  hasDataFile: boolean,
): Record<string, unknown> {
  const kept = Object.entries(json).filter(([key]) => !foreign.has(key));
  // RoBERTa counts its positions from this number; elsewhere it only names the token that the tokenizer pads with.
  const padding = architecture === 'roberta' ? undefined : paddingId;
  return {
    ...Object.fromEntries(kept),
    ...(padding === undefined ? {} : { pad_token_id: padding }),
    architectures: [classes[modelType]],
    problem_type: task === 'multi-label' ? 'multi_label_classification' : 'single_label_classification',
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    dtype: 'float32',
    ...(hasDataFile ? { 'transformers.js_config': { use_external_data_format: true } } : {}),
    textclf: { type: 'pretrained', outputs, thresholds, maxLength },
  };
}
