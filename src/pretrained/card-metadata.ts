import type { Evaluation, Split } from '../protocol/events';
import { type MetricName, metricTitles } from '../protocol/metrics';
import { baseName, yaml } from './card-text';

/** What the Hub is told of a model. */
export interface CardMetadata {
  /** The experiment's. */
  readonly name: string;
  /** The checkpoint that was fine-tuned, where it is one of the Hugging Face Hub. */
  readonly base?: { readonly model: string; readonly revision?: string | undefined } | undefined;
  /** The data files of each split; only their names are told, not their folders. */
  readonly files: Partial<Record<Split, readonly string[]>>;
  /** The data set of the Hugging Face Hub, where the rows are of one, and what its splits are called there. */
  readonly dataset?: { readonly name: string; readonly splits: Partial<Record<Split, string>> } | undefined;
  /** Of the finished model; absent while training goes on. */
  readonly evaluation?: Evaluation | undefined;
}

/** The metrics that the Hub has names for, and those names. */
const hubMetrics = { accuracy: 'accuracy', macroF1: 'f1' } as const satisfies Partial<
  Record<MetricName, string>
>;

const hubMetricNames = Object.keys(hubMetrics) as (keyof typeof hubMetrics)[];

/**
 * The lines of YAML that a card begins with, which the Hub reads:
 * https://huggingface.co/docs/hub/model-cards#model-card-metadata
 */
export function cardMetadata({ name, base, dataset, evaluation, files }: CardMetadata): string[] {
  const fields = {
    library_name: 'transformers',
    pipeline_tag: 'text-classification',
    ...(base ? { base_model: base.model } : {}),
    ...(dataset ? { datasets: [dataset.name] } : {}),
    tags: ['text-classification', 'onnx', 'transformers.js', 'textclf'],
    metrics: Object.values(hubMetrics),
    ...(evaluation ? { 'model-index': [{ name, results: [measured(evaluation, files, dataset)] }] } : {}),
  };
  return Object.entries(fields).map(([key, value]) => `${key}: ${yaml(value)}`);
}

function measured(evaluation: Evaluation, files: CardMetadata['files'], dataset: CardMetadata['dataset']) {
  const { split } = evaluation;
  const ofHub = dataset?.splits[split];
  const ofFiles = {
    name: (files[split] ?? []).map(baseName).join(', ') || `${split} rows`,
    type: 'text',
    split,
  };
  return {
    task: { type: 'text-classification', name: 'Text Classification' },
    dataset: ofHub === undefined ? ofFiles : { name: dataset!.name, type: dataset!.name, split: ofHub },
    metrics: hubMetricNames.map((metric) => ({
      type: hubMetrics[metric],
      name: metricTitles[metric],
      // A number without an exponent, which some YAML readers take for a text.
      value: Math.round(evaluation[metric] * 1e4) / 1e4,
    })),
  };
}
