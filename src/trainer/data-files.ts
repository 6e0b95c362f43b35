import type { DataOptions as LoadOptions } from '../data/load';
import { OptionError } from '../experiment/option-error';
import type { DataOptions } from '../experiment/schema';
import { DatasetMistake } from '../hub/dataset-splits';
import { findDataset } from '../hub/find-dataset';
import { hubCache } from '../hub/hub-environment';
import { quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';

/**
 * The data of an experiment as files alone: those of a data set of the Hub, where they lie in its cache, take the places
 * of `train`, and of `validation` and `test` where it says which splits these are. Connects to nothing.
 *
 * @throws OptionError where the data set is not on this machine yet, or has no such configuration or split
 */
export function dataFiles(data: DataOptions, env: NodeJS.ProcessEnv = process.env): LoadOptions {
  const { hub, train, ...options } = data;
  if (!hub) {
    if (train === undefined) throw new Error('The experiment says nothing to train on.');
    return { ...options, train };
  }
  const found = asOptionErrors(() => findDataset(hub, env));
  if (!found) throw notDownloaded(hub.dataset, env);
  return { ...options, ...(found.files as Pick<LoadOptions, 'train'> & Partial<LoadOptions>) };
}

/** The mistakes that a data set shows, each at the option of `data.hub` that makes it. */
export function asOptionErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asOptionError(error);
  }
}

export function asOptionError(error: unknown): unknown {
  if (!(error instanceof HumanError) || error instanceof OptionError) return error;
  const { option, values } = error instanceof DatasetMistake ? error : { option: 'dataset', values: [] };
  const remedies = values.length > 0 ? [{ type: 'set' as const, values }] : [];
  return new OptionError(error.message, ['data', 'hub', option], error.hint ?? '', remedies);
}

function notDownloaded(name: string, env: NodeJS.ProcessEnv): OptionError {
  return new OptionError(
    `The data set ${quoteName(name)} is not on this machine yet.`,
    ['data', 'hub', 'dataset'],
    `Training downloads it first, into ${hubCache(env)}.`,
  );
}
