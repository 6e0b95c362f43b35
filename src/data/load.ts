import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { foldDataset, refuseManyFolds } from './folds';
import type { LabelOptions } from './label-fields';
import { labelSet } from './labels';
import { type DataFormat, formatOf, readRows } from './read';
import type { Dataset, Example, Row } from './rows';
import { stratifiedSample, stratifiedSplit } from './split';

/** Without `fold` all rows are left for training: `foldDataset` makes the folds of them. */
interface Folds {
  folds: number;
  fold?: number;
}

/** The `data` part of an experiment. */
export interface DataOptions extends LabelOptions {
  train: string | readonly string[];
  /** A share of the training rows between 0 and 1, files, or one of several folds, counted from 1. */
  validation: number | string | readonly string[] | Folds;
  test?: string | readonly string[];
  format?: DataFormat;
  text: string | readonly string[];
  labels?: readonly string[];
  /** Keeps this many of the training files' rows, before validation is split from them. */
  maxRows?: number;
}

/**
 * Reads an experiment's data. The order of classes comes from the training files alone.
 *
 * @param folder what the files' paths are relative to
 * @param seed decides which rows `maxRows` keeps and which are held back for validation
 * @param signal ends the reading
 * @throws HumanError for unreadable files or rows, fewer than two classes, more folds than rows, and for a label in
 *   validation or test rows that no training row has (but for those that columns of 0 and 1 name)
 */
export async function loadDataset(
  data: DataOptions,
  folder: string,
  seed: number,
  signal?: AbortSignal,
): Promise<Dataset> {
  const { validation, maxRows } = data;
  const digest = createHash('sha256');
  const readPart = async (part: string, files: string | readonly string[]) => {
    let rows: Row[] = [];
    for (const file of listOf(files)) {
      const contents = createHash('sha256');
      const observe = (_: string, bytes: Buffer) => {
        signal?.throwIfAborted();
        contents.update(bytes);
      };
      rows = rows.concat(await readRows([resolve(folder, file)], { ...data, observe }));
      digest.update(`${part} ${formatOf(file, data.format)} ${contents.digest('hex')}\n`);
    }
    return rows;
  };
  const labelsOf = (row: Row) => row.labels;

  const all = await readPart('train', data.train);
  const labels = labelSet(all, data);
  const rows = maxRows === undefined ? all : stratifiedSample(all, maxRows, seed, labelsOf);
  let parts: { train: Row[]; held: Row[] };
  if (typeof validation === 'number') parts = stratifiedSplit(rows, validation, seed, labelsOf);
  else if (isFolds(validation)) {
    refuseManyFolds(rows.length, validation.folds);
    parts = { train: rows, held: [] };
  } else parts = { train: rows, held: await readPart('validation', validation) };
  const test = data.test === undefined ? [] : await readPart('test', data.test);
  digest.update(`${JSON.stringify(decidingOptions(data, seed))}\n`);

  // Of the files' rows, not of those that maxRows keeps: a quick try must not fail on a rare class.
  const known = new Set(all.flatMap(labelsOf));
  const trained = labels.filter((label) => known.has(label));
  const accepted = typeof data.label === 'string' ? known : new Set(labels);
  const numberOf = new Map(labels.map((label, index) => [label, index]));
  const number = (part: Row[]): Example[] =>
    part.map((row) => {
      const unseen = row.labels.find((label) => !accepted.has(label));
      if (unseen !== undefined) throw unseenLabel(unseen, row, trained);
      const labelIndices = row.labels.map((label) => numberOf.get(label)!).sort((a, b) => a - b);
      return { ...row, labelIndices };
    });
  const dataset: Dataset = {
    labels,
    train: number(parts.train),
    validation: number(parts.held),
    test: number(test),
    unseenLabels: labels.filter((label) => !known.has(label)),
    digest: digest.digest('hex'),
  };
  if (!isFolds(validation) || validation.fold === undefined) return dataset;
  return foldDataset(dataset, { index: validation.fold - 1, of: validation.folds, seed });
}

/** What decides, besides the files, which rows are in which part and what they say. */
function decidingOptions(data: DataOptions, seed: number): unknown {
  const { text, label, task = 'single-label', labels, labelSeparator, validation, maxRows } = data;
  const isSplit = typeof validation === 'number' || isFolds(validation);
  return {
    text: listOf(text),
    label,
    task,
    labels,
    ...(task === 'multi-label' && typeof label === 'string' ? { labelSeparator } : {}),
    // Which of the folds it is, `foldDataset` adds.
    ...(isSplit ? { validation: isFolds(validation) ? validation.folds : validation } : {}),
    maxRows,
    ...(isSplit || maxRows !== undefined ? { seed } : {}),
  };
}

function isFolds(validation: DataOptions['validation']): validation is Folds {
  return typeof validation === 'object' && 'folds' in validation;
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function unseenLabel(label: string, { file, line }: Row, trained: readonly string[]): HumanError {
  return new HumanError(`no training row has the label ${quoteName(label)}`, {
    place: { file, line },
    hint: `${didYouMeanHint(label, trained)}Trained: ${listNames(trained)}.`,
  });
}
