import { foldDataset } from '../data/folds';
import { loadDataset, textsInMemory } from '../data/load';
import type { Dataset } from '../data/rows';
import { isFolds } from '../experiment/planned-runs';
import type { DataOptions, Experiment } from '../experiment/schema';
import { dataCacheFolder } from '../runs/paths';
import { Room } from '../store/byte-writer';
import { dataCacheOf } from './data-cache';
import { dataFiles } from './data-files';

/** Reads an experiment's data; of a cross-validation whose fold is chosen, as that fold has it. */
export async function loadData(
  experiment: Experiment,
  folder: string,
  root: string,
  signal: AbortSignal,
): Promise<Dataset> {
  return load(experiment.data, experiment, folder, root, signal);
}

function load(
  data: DataOptions,
  { training: { seed } }: Experiment,
  folder: string,
  root: string,
  signal: AbortSignal,
): Promise<Dataset> {
  const room = new Room(textsInMemory, dataCacheFolder(root));
  return loadDataset(dataFiles(data), folder, seed, { signal, room, cache: dataCacheOf(root) });
}

/** Gives experiments their data and reads it only where it differs from what was read last. */
export class DataReader {
  #last: { key: string; dataset: Promise<Dataset> } | undefined;

  /** @param root the workspace folder, which keeps what was read */
  constructor(
    private readonly folder: string,
    private readonly root: string,
  ) {}

  async load(experiment: Experiment, signal: AbortSignal): Promise<Dataset> {
    const { data, training } = experiment;
    const key = JSON.stringify([withoutFold(data), training.seed]);
    if (this.#last?.key !== key) {
      // All folds are made of the same rows.
      const dataset = load(withoutFold(data), experiment, this.folder, this.root, signal);
      this.#last = { key, dataset };
    }
    try {
      return foldOf(await this.#last.dataset, experiment);
    } catch (error) {
      this.#last = undefined;
      throw error;
    }
  }
}

function foldOf(dataset: Dataset, { data: { validation }, training: { seed } }: Experiment): Dataset {
  if (!isFolds(validation) || validation.fold === undefined) return dataset;
  return foldDataset(dataset, { index: validation.fold - 1, of: validation.folds, seed });
}

function withoutFold(data: DataOptions): DataOptions {
  const { validation } = data;
  return isFolds(validation) ? { ...data, validation: { folds: validation.folds } } : data;
}
