import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { labelSet } from './labels';
import { type DataFormat, readRows } from './read';
import type { Dataset, Example, Row } from './rows';
import { stratifiedSample, stratifiedSplit } from './split';

/** The `data` part of an experiment. */
export interface DataOptions {
  train: string | readonly string[];
  /** A share of the training rows between 0 and 1, or files. */
  validation: number | string | readonly string[] | { folds: number };
  test?: string | readonly string[];
  format?: DataFormat;
  text: string | readonly string[];
  label: string | readonly string[];
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
 * @throws HumanError for unreadable files or rows, fewer than two classes, and for a label in validation or
 *   test rows that no training row has
 */
export async function loadDataset(
  data: DataOptions,
  folder: string,
  seed: number,
  signal?: AbortSignal,
): Promise<Dataset> {
  const digest = createHash('sha256');
  const readPart = async (part: string, files: string | readonly string[]) => {
    let rows: Row[] = [];
    for (const file of typeof files === 'string' ? [files] : files) {
      const contents = createHash('sha256');
      const observe = (_: string, bytes: Buffer) => {
        signal?.throwIfAborted();
        contents.update(bytes);
      };
      rows = rows.concat(await readRows([resolve(folder, file)], { ...data, observe }));
      digest.update(`${part} ${contents.digest('hex')}\n`);
    }
    return rows;
  };

  const all = await readPart('train', data.train);
  const labels = labelSet(all, data.labels);
  const rows = data.maxRows === undefined ? all : stratifiedSample(all, data.maxRows, seed, combination);
  const { validation } = data;
  const { train, held } =
    typeof validation === 'number'
      ? stratifiedSplit(rows, validation, seed, combination)
      : {
          train: rows,
          held: 'folds' in Object(validation) ? [] : await readPart('validation', validation as string),
        };
  const test = data.test === undefined ? [] : await readPart('test', data.test);

  // Of the files' rows, not of those that maxRows keeps: a quick try must not fail on a rare class.
  const known = new Set(all.flatMap((row) => row.labels));
  const trained = labels.filter((label) => known.has(label));
  const numberOf = new Map(labels.map((label, index) => [label, index]));
  const number = (part: Row[]): Example[] =>
    part.map((row) => {
      for (const label of row.labels) if (!known.has(label)) throw unseenLabel(label, row, trained);
      return { ...row, labelIndices: row.labels.map((label) => numberOf.get(label)!) };
    });
  return {
    labels,
    train: number(train),
    validation: number(held),
    test: number(test),
    unseenLabels: labels.filter((label) => !known.has(label)),
    digest: digest.digest('hex'),
  };
}

function combination({ labels }: Row): string {
  return labels.join('\n');
}

function unseenLabel(label: string, { file, line }: Row, trained: readonly string[]): HumanError {
  return new HumanError(`no training row has the label ${quoteName(label)}`, {
    place: { file, line },
    hint: `${didYouMeanHint(label, trained)}Trained: ${listNames(trained)}.`,
  });
}
