import type { TextPrediction } from '../protocol/helper';
import { escapeMarkdown } from './markdown';
import { percent } from './run-text';

/** Controls, line separators, halves of characters, and the marks that turn the direction of writing. */
const harmful = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

const longestLabel = 60;

/** How many classes a hover lists. */
const mostClasses = 20;

/** A class's name on one line of a bearable length; it comes from data and can be anything. */
export function plainLabel(label: string): string {
  const line = [...label.replace(harmful, ' ').replace(/\s+/g, ' ').trim()];
  if (line.length === 0) return '(blank)';
  return line.length > longestLabel ? `${line.slice(0, longestLabel).join('')}…` : line.join('');
}

/** `98 %`, to be read at a glance. No model is certain, so neither 100 % nor 0 % is ever said. */
export function roundProbability(probability: number): string {
  if (probability >= 0.995) return '> 99 %';
  return probability < 0.005 ? '< 1 %' : `${Math.round(100 * probability)} %`;
}

/** More labels of one text than this are counted. */
const mostLabels = 4;

/** `positive 98 %`; of several labels `joy, fear 71 %`, the probability of the least likely. */
export function shortPrediction({
  labels,
  label,
  probability,
}: Pick<TextPrediction, 'labels' | 'label' | 'probability'>): string {
  const shown = labels.length > 0 ? labels.slice(0, mostLabels) : [label];
  const more = labels.length > mostLabels ? ` and ${labels.length - mostLabels} more` : '';
  return `${shown.map(plainLabel).join(', ')}${more} ${roundProbability(probability)}`;
}

/** The classes of a prediction, the likeliest first. */
export function ranked({ classes }: TextPrediction): TextPrediction['classes'] {
  return [...classes].sort((a, b) => b.probability - a.probability);
}

/** A bar of a fixed width that is filled up to the share. */
export function bar(share: number, width = 10): string {
  const filled = Math.round(share * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Markdown in which nothing of the prediction's labels or the model's name is markup. */
export function predictionMarkdown(prediction: TextPrediction, model: string): string {
  const classes = ranked(prediction);
  const given = new Set(prediction.labels);
  const rows = classes.slice(0, mostClasses).map(({ label, probability }) => {
    const name = escapeMarkdown(plainLabel(label));
    return `| ${given.has(label) ? `**${name}**` : name} | ${percent(probability)} | ${bar(probability)} |`;
  });
  const left = classes.length - rows.length;
  const more = left > 0 ? [`| … and ${left} more | | |`] : [];
  return [
    '| Class | Probability | |',
    '| :-- | --: | :-- |',
    ...rows,
    ...more,
    '',
    escapeMarkdown(model),
  ].join('\n');
}

/** `positive 98 %`, or of several `3 texts: 2 positive, 1 negative`, the most frequent classes first. */
export function summary(predictions: readonly TextPrediction[]): string {
  if (predictions.length === 1) return shortPrediction(predictions[0]!);
  const counts = new Map<string, number>();
  for (const { labels, label } of predictions) {
    for (const one of labels.length > 0 ? labels : [label]) counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  const groups = [...counts].sort((a, b) => b[1] - a[1]);
  const shown = groups.slice(0, 3).map(([label, times]) => `${times} ${plainLabel(label)}`);
  return `${predictions.length} texts: ${shown.join(', ')}${groups.length > 3 ? ', …' : ''}`;
}
