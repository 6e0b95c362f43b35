/** Findings about the classes, and how many rows they have. */
import { rareClass } from '../data/rare-class';
import type { Dataset } from '../data/rows';
import type { Experiment } from '../experiment/schema';
import { count, countOf } from '../protocol/count';
import { listNames, quoteName } from '../protocol/did-you-mean';
import type { Found } from './found';

/** @param counts of the training rows of each class */
export function imbalance(
  { data: { task }, training: { classWeights } }: Experiment,
  { labels, train }: Dataset,
  counts: readonly number[],
): Found[] {
  const rare = rareClass(labels, counts, train.length, task);
  if (!rare) return [];
  const { label, count: rows, others } = rare;
  const beside = others.label === undefined ? 'rows without it' : `of ${quoteName(others.label)}`;
  const isWeighted = classWeights !== 'none';
  return [
    {
      finding: {
        kind: 'imbalance',
        severity: isWeighted ? 'info' : 'warning',
        title: `The class ${quoteName(label)} is rare: ${countOf(rows, 'training row')} beside ${count(others.count)} ${beside}`,
        hint: isWeighted
          ? 'The classes are weighted. Judge by macro F1 instead of accuracy.'
          : 'A model does well without ever giving it. Set "classWeights" to "balanced", and judge by macro F1 instead of accuracy.',
        rows: 0,
      },
      rows: [],
    },
  ];
}

export function unseenLabels({ unseenLabels: unseen }: Dataset): Found[] {
  if (unseen.length === 0) return [];
  const title =
    unseen.length === 1
      ? `No training row has the label ${quoteName(unseen[0]!)}`
      : `No training row has any of ${countOf(unseen.length, 'label')}: ${listNames(unseen)}`;
  const hint =
    'The model would have a class that it cannot learn. Take it out of the experiment, or add rows.';
  return [{ finding: { kind: 'unseenLabel', severity: 'warning', title, hint, rows: 0 }, rows: [] }];
}
