import { knownDataset } from '../experiment/known-datasets';
import { type DatasetOptions, datasetParts } from './dataset-splits';
import { findDataset } from './find-dataset';
import { hubCache } from './hub-environment';

export interface MissingDataset {
  /** On the Hub. */
  name: string;
  /** About how much it is; undefined where only the Hub knows. */
  bytes: number | undefined;
  /** The folder that it would be kept in, with what other programs have from the Hub. */
  cache: string;
}

/**
 * The data set that training would have to download first. Connects to nothing.
 *
 * @throws HumanError for what can be no name on the Hub, and for what the data set is known not to have
 */
export function missingDataset(
  options: DatasetOptions,
  env: NodeJS.ProcessEnv = process.env,
): MissingDataset | undefined {
  if (findDataset(options, env)) return undefined;
  return { name: options.dataset, bytes: bytesOf(options), cache: hubCache(env) };
}

function bytesOf(options: DatasetOptions): number | undefined {
  const known = knownDataset(options.dataset)?.bytes;
  if (!known) return undefined;
  const splits = new Set(datasetParts.flatMap((part) => options[part] ?? []));
  const sizes = [...splits].map((split) => known[split] ?? Number.NaN);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  return Number.isNaN(total) ? undefined : total;
}
