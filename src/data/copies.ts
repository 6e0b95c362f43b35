import type { Split } from '../protocol/events';
import { pauses } from '../protocol/pauses';
import { type PartRows, partRows } from './part-rows';
import type { Dataset } from './rows';
import { SameTexts, textKey } from './same-text';

/** Rows that have the same text, by their numbers (see `partRows`), rising: training rows come first. */
export type CopyGroup = readonly number[];

/** A row that a model is judged on, and the first row with the same text that it is trained on. */
export interface LeakedRow {
  row: number;
  trained: number;
}

/** The rows of a part that the training rows have as well. */
export function leakedRows(groups: readonly CopyGroup[], rows: PartRows, part: Split): LeakedRow[] {
  return groups.flatMap((group) => {
    const trained = group[0]!;
    if (rows.partOf(trained) !== 'train') return [];
    return group.filter((row) => rows.partOf(row) === part).map((row) => ({ row, trained }));
  });
}

/** Groups whose rows do not all have the same labels. */
export function conflictingGroups(groups: readonly CopyGroup[], rows: PartRows): CopyGroup[] {
  const labelsOf = (row: number) => rows.at(row).labelIndices.join();
  return groups.filter(([first, ...others]) => {
    const labels = labelsOf(first!);
    return others.some((row) => labelsOf(row) !== labels);
  });
}

/**
 * From this share of a part's rows on, what is wrong with them moves a figure as it is shown: a tenth of a percent.
 */
const telling = 1 / 1000;

export function isTelling(rows: number, of: number): boolean {
  return rows > 0 && rows >= telling * of;
}

/** How many rows something is wrong with, and where the first of them is. */
export interface CountedRows {
  rows: number;
  first?: { file: string; line: number };
}

/** What copies of texts do to an experiment's figures. */
export interface CopyFacts {
  leaked: { validation: CountedRows; test: CountedRows };
  conflicting: CountedRows;
}

/** @throws the signal's reason where it was aborted */
export async function countCopies(dataset: Dataset, signal?: AbortSignal): Promise<CopyFacts> {
  const rows = partRows(dataset);
  const texts = new SameTexts();
  const pause = pauses(signal);
  for (const row of rows) {
    texts.add(row.textKey ?? textKey(row.text));
    await pause();
  }
  const groups = texts.groups();
  const counted = (numbers: readonly number[]): CountedRows => {
    const first = numbers.length === 0 ? undefined : rows.at(numbers[0]!);
    return { rows: numbers.length, ...(first ? { first: { file: first.file, line: first.line } } : {}) };
  };
  const leaked = (part: Split) => counted(leakedRows(groups, rows, part).map(({ row }) => row));
  return {
    leaked: { validation: leaked('validation'), test: leaked('test') },
    conflicting: counted(conflictingGroups(groups, rows).flat()),
  };
}
