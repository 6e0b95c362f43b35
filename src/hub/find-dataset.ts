import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { keptListing } from './dataset-listing';
import {
  type ChosenFiles,
  chooseFiles,
  conversion,
  DatasetMistake,
  type DatasetOptions,
  isSplitFile,
  looksWhole,
} from './dataset-splits';
import { cachedCommit, cachedRepo, snapshotFolder } from './hub-cache';
import { checkHubName } from './hub-name';

/** The files of a data set, in the order of their rows: absolute paths. */
export interface FoundDataset extends ChosenFiles {
  /** What its revision was when it was last looked up. */
  commit: string;
  /** Whether the Hub listed the files of the commit once: otherwise their names alone say that these are all. */
  isListed: boolean;
}

/**
 * Where a data set of the Hub is on this machine (whoever downloaded it). Undefined where it must be downloaded.
 * Connects to nothing.
 *
 * @throws HumanError for what can be no name on the Hub; DatasetMistake for a configuration or split that the data set
 *   is known not to have
 */
export function findDataset(
  options: DatasetOptions,
  env: NodeJS.ProcessEnv = process.env,
): FoundDataset | undefined {
  checkHubName({ type: 'dataset', name: options.dataset }, options.revision);
  for (const revision of revisionsOf(options)) {
    const found = findRevision(options, revision, env);
    if (found) return found;
  }
  return undefined;
}

/**
 * The revisions that will do, best first. Python's `datasets` keeps what it takes from the branch main, of which the
 * Hub's conversion is a copy where the data set is kept as Parquet.
 */
export function revisionsOf({ revision }: DatasetOptions): string[] {
  return revision === conversion ? [conversion, 'main'] : [revision];
}

export function findRevision(
  options: DatasetOptions,
  revision: string,
  env: NodeJS.ProcessEnv,
): FoundDataset | undefined {
  const { dataset } = options;
  const repo = cachedRepo({ type: 'dataset', name: dataset }, env);
  const commit = cachedCommit(repo, revision);
  if (commit === undefined) return undefined;
  const snapshot = snapshotFolder(repo, commit);
  const listed = keptListing(dataset, commit, env);
  const chosen = listed ? chooseFiles(Object.keys(listed), options) : chooseFound(snapshot, options);
  if (!chosen) return undefined;
  const isWhole = (path: string) => {
    const found = statSync(join(snapshot, path), { throwIfNoEntry: false });
    return found?.isFile() === true && (listed === undefined || found.size === listed[path]);
  };
  const paths = Object.entries(chosen.files);
  if (!paths.every(([, files]) => files.every(isWhole))) return undefined;
  const files = Object.fromEntries(
    paths.map(([part, files]) => [part, files.map((path) => join(snapshot, path))]),
  );
  return { ...chosen, files, commit, isListed: listed !== undefined };
}

/** What others downloaded of a data set may be a part of it: it counts where its names say that it is whole. */
function chooseFound(snapshot: string, options: DatasetOptions): ChosenFiles | undefined {
  if (!existsSync(snapshot)) return undefined;
  const paths = readdirSync(snapshot, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter(isSplitFile);
  try {
    const chosen = chooseFiles(paths, options);
    return Object.values(chosen.files).every(looksWhole) ? chosen : undefined;
  } catch (error) {
    if (error instanceof DatasetMistake) return undefined;
    throw error;
  }
}
