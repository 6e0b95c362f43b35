import { createHash } from 'node:crypto';
import { OptionError } from '../experiment/option-error';
import { countOf } from '../protocol/count';
import { listNames, quoteName } from '../protocol/did-you-mean';
import { countLabels, type Dataset } from './rows';
import { stratifiedFolds } from './split';

export interface Fold {
  /** From 0. */
  index: number;
  of: number;
  /** Decides which rows are in which fold. */
  seed: number;
}

/**
 * One fold of a cross-validation: the training rows of `dataset` without those of the fold, which become its
 * validation rows; all else stays. Over all folds each row is held back once, every class in proportion.
 *
 * @param dataset what `loadDataset` gives for `data.validation: { folds }`, whole
 */
export function foldDataset(dataset: Dataset, { index, of, seed }: Fold): Dataset {
  if (!(index >= 0 && index < of)) throw new Error(`there is no fold ${index} of ${of}`);
  const foldOf = stratifiedFolds(dataset.train, of, seed, ({ labels }) => labels);
  return {
    ...dataset,
    train: dataset.train.filter((_, row) => foldOf[row] !== index),
    validation: dataset.train.filter((_, row) => foldOf[row] === index),
    digest: createHash('sha256')
      .update(`${dataset.digest} fold ${index} of ${of}, seed ${seed}`)
      .digest('hex'),
  };
}

/** As `smallClassesTrouble`, of a data set. */
export function foldsTrouble(
  { labels, train }: Pick<Dataset, 'labels' | 'train'>,
  folds: number,
): string | undefined {
  return smallClassesTrouble(labels, countLabels(labels, train), folds);
}

/**
 * Classes that have rows, but too few for one in every fold, in a sentence for a person; undefined where there are none.
 * As scikit-learn's StratifiedKFold, which warns of them: their scores are means over fewer folds.
 *
 * @param counts how many training rows have each label
 */
export function smallClassesTrouble(
  labels: readonly string[],
  counts: readonly number[],
  folds: number,
): string | undefined {
  const rare = labels.filter((_, i) => counts[i]! > 0 && counts[i]! < folds);
  if (rare.length === 0) return undefined;
  const fewest = Math.min(...rare.map((label) => counts[labels.indexOf(label)]!));
  return rare.length === 1
    ? `The class ${quoteName(rare[0]!)} has ${countOf(fewest, 'row')}, fewer than the ${folds} folds: some folds are judged without it.`
    : `${rare.length} classes have fewer rows than the ${folds} folds (the smallest ${fewest}): some folds are judged without them: ${listNames(rare)}.`;
}

/** @throws OptionError where there are more folds than rows */
export function refuseManyFolds(rows: number, folds: number): void {
  if (folds <= rows) return;
  throw new OptionError(
    `${folds} folds cannot be made of ${countOf(rows, 'row')}`,
    ['data', 'validation', 'folds'],
    'Use fewer folds, or add rows.',
    rows >= 2 ? [{ type: 'set', values: [Math.min(rows, 5)] }] : [],
  );
}
