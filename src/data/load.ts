import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cacheFolder } from '../experiment/cache-folder';
import type { DataFormat } from '../protocol/data-formats';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { Room } from '../store/byte-writer';
import type { DataCache } from '../store/data-cache';
import { foldDataset, refuseManyFolds } from './folds';
import type { LabelOptions } from './label-fields';
import { labelSet } from './labels';
import { readPart } from './read-part';
import type { OnProblem } from './row-problems';
import { RowStore, type StoredRow } from './row-store';
import type { Dataset, Row } from './rows';
import { findDataFiles } from './sources';
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

export interface LoadSettings {
  /** Ends the reading. */
  signal?: AbortSignal | undefined;
  /**
   * Is told of each row that can't be used, which is left out then. Without it, the first file that has such rows is
   * the last one that is read.
   */
  onProblem?: OnProblem | undefined;
  /**
   * Whether the rows' texts are wanted; without them only labels, places and which texts are the same can be asked for.
   * True by default.
   */
  texts?: boolean;
  /** Where texts go: by default the first 128 MB into memory, the others into a file without a name. */
  room?: Room;
  /** Keeps what was read, so that it need not be read again as long as it does not change. */
  cache?: DataCache | undefined;
}

/** As many texts stay in memory: what most people have is read from there. */
export const textsInMemory = 1 << 27;

/**
 * Reads an experiment's data. The order of classes comes from the training files alone. Rows read their texts when they
 * are asked for them: look at a text once, and in the rows' order where that is possible.
 *
 * @param folder what the files' paths are relative to
 * @param seed decides which rows `maxRows` keeps and which are held back for validation
 * @throws HumanError for unreadable files or rows, fewer than two classes, more folds than rows, and for a label in
 *   validation or test rows that no training row has (but for those that columns of 0 and 1 name)
 */
export async function loadDataset(
  data: DataOptions,
  folder: string,
  seed: number,
  settings: LoadSettings = {},
): Promise<Dataset> {
  const { validation, maxRows } = data;
  const digest = createHash('sha256');
  const room =
    settings.texts === false
      ? undefined
      : (settings.room ?? new Room(textsInMemory, join(cacheFolder(), 'temporary')));
  const { signal, onProblem, cache } = settings;
  const stores: RowStore[] = [];
  const readRowsOf = async (part: string, named: string | readonly string[]) => {
    const files = await findDataFiles(named, folder, data.format);
    const { columns, digests } = await readPart(files, { ...data, signal, onProblem }, { room, cache });
    for (const [i, { format }] of files.entries()) digest.update(`${part} ${format} ${digests[i]}\n`);
    const store = new RowStore(columns);
    stores.push(store);
    return store.rows();
  };

  const all = await readRowsOf('train', data.train);
  const labels = labelSet(all, data);
  const rows = maxRows === undefined ? all : stratifiedSample(all, maxRows, seed, labelsOf);
  let parts: { train: StoredRow[]; held: StoredRow[] };
  if (typeof validation === 'number') parts = stratifiedSplit(rows, validation, seed, labelsOf);
  else if (isFolds(validation)) {
    refuseManyFolds(rows.length, validation.folds);
    parts = { train: rows, held: [] };
  } else parts = { train: rows, held: await readRowsOf('validation', validation) };
  const test = data.test === undefined ? [] : await readRowsOf('test', data.test);
  digest.update(`${JSON.stringify(decidingOptions(data, seed))}\n`);

  // Of the files' rows, not of those that maxRows keeps: a quick try must not fail on a rare class.
  const known = new Set(stores[0]!.columns.labelSets.flat());
  const accepted = typeof data.label === 'string' ? known : new Set(labels);
  const trained = labels.filter((label) => known.has(label));
  const usable = (part: StoredRow[]) => withKnownLabels(part, accepted, trained, onProblem);
  const dataset: Dataset = {
    labels,
    train: parts.train,
    validation: usable(parts.held),
    test: usable(test),
    unseenLabels: labels.filter((label) => !known.has(label)),
    digest: digest.digest('hex'),
  };
  const numberOf = new Map(labels.map((label, index) => [label, index]));
  for (const store of stores) store.numberLabels(numberOf);
  if (!isFolds(validation) || validation.fold === undefined) return dataset;
  return foldDataset(dataset, { index: validation.fold - 1, of: validation.folds, seed });
}

function labelsOf({ labels }: Row): readonly string[] {
  return labels;
}

/** The rows whose labels are all among those accepted. */
function withKnownLabels(
  rows: StoredRow[],
  accepted: ReadonlySet<string>,
  trained: readonly string[],
  onProblem: OnProblem | undefined,
): StoredRow[] {
  return rows.filter((row) => {
    const unseen = row.labels.find((label) => !accepted.has(label));
    if (unseen === undefined) return true;
    const { file, line } = row;
    const message = `no training row has the label ${quoteName(unseen)}`;
    const hint = `${didYouMeanHint(unseen, trained)}Trained: ${listNames(trained)}.`;
    if (!onProblem) throw new HumanError(message, { place: { file, line }, hint });
    onProblem({ file, line, message, hint });
    return false;
  });
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
