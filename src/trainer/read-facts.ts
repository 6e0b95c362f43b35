import { type CopyFacts, countCopies } from '../data/copies';
import { loadDataset } from '../data/load';
import { countLabels } from '../data/rows';
import type { Experiment } from '../experiment/schema';
import { dataFiles } from './data-files';

/** What an experiment's data holds. */
export interface DataFacts {
  labels: string[];
  unseenLabels: string[];
  rows: { train: number; validation: number; test: number };
  /** How many training rows have each label. */
  counts: number[];
  copies: CopyFacts;
}

/** Reads the data of an experiment. */
export async function readDataFacts(
  { data, training }: Experiment,
  folder: string,
  signal?: AbortSignal,
): Promise<DataFacts> {
  const dataset = await loadDataset(dataFiles(data), folder, training.seed, { signal, texts: false });
  const { labels, unseenLabels, train, validation, test } = dataset;
  const rows = { train: train.length, validation: validation.length, test: test.length };
  const copies = await countCopies(dataset, signal);
  return { labels, unseenLabels, rows, counts: countLabels(labels, train), copies };
}
