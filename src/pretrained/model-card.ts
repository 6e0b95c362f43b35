import { join } from 'node:path';
import { count, countOf } from '../protocol/count';
import type { DataEvent, Task } from '../protocol/events';
import { metricTitles } from '../protocol/metrics';
import { writeFileAtomic } from '../runs/atomic';
import { type CardMetadata, cardMetadata } from './card-metadata';
import { baseName, code, jsonLines, markdown, percent, table } from './card-text';
import { usage, wholeModel } from './card-usage';

/** What a model's README tells. Names of data and labels may be anything: they are escaped. */
export interface ModelCard extends CardMetadata {
  readonly labels: readonly string[];
  readonly task: Task;
  /** Tokens of a text, its marks included; further ones are cut off. */
  readonly maxLength: number;
  readonly rows: DataEvent['rows'];
  readonly classes: DataEvent['classes'];
  /** The experiment's resolved `model` and `training`. */
  readonly settings: {
    readonly model: Readonly<Record<string, unknown>>;
    readonly training: Readonly<Record<string, unknown>>;
  };
  /** Of the programs that made it, by their names: `{ textclf: '0.1.0', onnxruntime: '1.30.0' }`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The heading over how the model is used. */
export const USE = '## Use';

/** The file that the Hugging Face Hub shows as a model's page. */
export const CARD_FILE = 'README.md';

/**
 * Writes the card into a model folder, in place of the one that is there.
 *
 * @throws HumanError where the disk is full, read-only or not permitted
 */
export function writeModelCard(folder: string, card: ModelCard): void {
  writeFileAtomic(join(folder, CARD_FILE), modelCardText(card));
}

export function modelCardText(card: ModelCard): string {
  const lines = [
    ...['---', ...cardMetadata(card), '---', ''],
    ...[`# ${markdown(card.name)}`, '', ...introduction(card), ''],
    ...['## Results', '', ...results(card), ''],
    ...['## Data', '', ...data(card), ''],
    ...[USE, '', ...usage(card.task, wholeModel), ''],
    ...['## Settings', '', ...settings(card), ''],
    ...['## Limits', '', ...limits(card)],
  ];
  return `${lines.join('\n')}\n`;
}

function introduction({ base, labels, task }: ModelCard): string[] {
  const of = base
    ? `[${markdown(base.model)}](https://huggingface.co/${encodeURI(base.model)})${base.revision ? ` (revision \`${base.revision.replaceAll('`', '')}\`)` : ''}`
    : 'a pretrained encoder';
  const what = task === 'multi-label' ? 'any number of the labels' : 'one of the classes';
  return [
    `A text classifier: it gives a text ${what} ${labels.map(markdown).join(', ')}. It is ${of}, fine-tuned with TextClf.`,
  ];
}

const listedMetrics = ['accuracy', 'macroF1', 'weightedF1', 'matthews', 'rocAuc', 'logLoss'] as const;

function results({ evaluation }: ModelCard): string[] {
  if (!evaluation) return ['It has not been measured yet: its training goes on, or was ended before.'];
  const { split, rows, classes, task } = evaluation;
  const values = listedMetrics.flatMap((name) => {
    const value = evaluation[name];
    const title = name === 'accuracy' && task === 'multi-label' ? 'all labels right' : metricTitles[name];
    const isShare = name === 'accuracy' || name.endsWith('F1');
    return value === null ? [] : [[title, isShare ? percent(value) : value.toFixed(3)]];
  });
  const thresholds = classes.some(({ threshold }) => threshold !== undefined);
  return [
    `Measured on ${countOf(rows, `${split} row`)}${split === 'validation' ? ', which training has chosen its best epoch by' : ''}:`,
    '',
    ...table(['', ''], values),
    '',
    ...table(
      ['class', 'precision', 'recall', 'F1', ...(thresholds ? ['given from'] : []), 'rows'],
      classes.map(({ label, precision, recall, f1, threshold, support }) => [
        markdown(label),
        ...[precision, recall, f1].map(percent),
        ...(thresholds ? [threshold === undefined ? '' : threshold.toFixed(2)] : []),
        count(support),
      ]),
    ),
  ];
}

const splits = ['train', 'validation', 'test'] as const;

function data({ rows, classes, files, dataset }: ModelCard): string[] {
  const shown = splits.filter((split) => rows[split] > 0);
  return [
    ...table(
      ['class', ...shown],
      [
        ...classes.map((ofClass) => [
          markdown(ofClass.label),
          ...shown.map((split) => count(ofClass[split])),
        ]),
        ['**rows**', ...shown.map((split) => `**${count(rows[split])}**`)],
      ],
    ),
    ...shown.flatMap((split) => {
      const ofHub = dataset?.splits[split];
      if (ofHub !== undefined)
        return ['', `Data set (${split}): ${markdown(dataset!.name)}, split ${markdown(ofHub)}`];
      const names = (files[split] ?? []).map(baseName);
      return names.length > 0 ? ['', `Files (${split}): ${names.map(markdown).join(', ')}`] : [];
    }),
  ];
}

function settings({ base, settings: { model, training }, versions }: ModelCard): string[] {
  const encoder = base ? base.model : baseName(String(model.encoder ?? ''));
  const made = Object.entries(versions).map(([name, version]) => `${markdown(name)} ${markdown(version)}`);
  return [
    ...code('json', jsonLines({ model: { ...model, encoder }, training })),
    '',
    `Made with ${made.join(', ')}.`,
  ];
}

function limits({ maxLength, rows, task }: ModelCard): string[] {
  return [
    `- A text is read up to ${countOf(maxLength, 'token')}; the rest is cut off. (transformers.js cuts off the closing mark of such a text too: it gives slightly other probabilities there.)`,
    `- It has learnt from ${countOf(rows.train, 'row')} and knows what is like them: texts of another kind, time or language may be given any class with a high probability.`,
    task === 'multi-label'
      ? '- Labels are judged one by one; that none fits is said by low probabilities alone.'
      : '- Every text is given one of its classes, also where none fits.',
    '- What the encoder was pretrained on, and its biases and licence, are described by those who published it.',
  ];
}
