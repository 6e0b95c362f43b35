import { HumanError } from '../protocol/human-error';
import { keepListing } from './dataset-listing';
import { chooseFiles, conversion, type DatasetOptions, isSplitFile } from './dataset-splits';
import { explained, type FetchOptions, fetchFiles, fetchRepo, type Source } from './fetch-repo';
import { type FoundDataset, findDataset, findRevision } from './find-dataset';
import { isCommit, writeRef } from './hub-cache';
import { listCommit } from './hub-listing';
import { HubRefusal } from './hub-refusal';

export interface DatasetRequest extends FetchOptions {
  dataset: DatasetOptions;
}

export interface FetchedDataset extends FoundDataset {
  /** What to tell, where what the cache has is taken though it may not be the newest. */
  warning?: string;
}

/**
 * The files of a data set of the Hub, after downloading what the cache lacks of them, as `fetchRepo` does. A data set
 * that the Hub has not converted is taken from its branch main, where that has Parquet files.
 *
 * @throws HumanError where it cannot be had; the signal's reason where it was aborted. What came so far is kept.
 */
export async function fetchDataset(request: DatasetRequest): Promise<FetchedDataset> {
  const { dataset: options, env = process.env } = request;
  // Names are looked at before anything else.
  const found = findDataset(options, env);
  const { revision } = options;
  if (revision !== conversion) return fetchRevision(request, revision);
  if (found && !findRevision(options, conversion, env)) return fetchRevision(request, 'main');
  try {
    return await fetchRevision(request, conversion);
  } catch (error) {
    if (!isNotConverted(error)) throw error;
    return fetchRevision(request, 'main');
  }
}

function isNotConverted(error: unknown): boolean {
  if (!(error instanceof HumanError) || !(error.cause instanceof HubRefusal)) return false;
  return error.cause.code === 'RevisionNotFound';
}

function fetchRevision(request: DatasetRequest, revision: string): Promise<FetchedDataset> {
  const { dataset: options, env = process.env } = request;
  return fetchRepo<FoundDataset>({
    repo: { type: 'dataset', name: options.dataset },
    ...{ revision, options: request },
    instead: (page) => `Or get the files of ${page} by other means, and name them in "train".`,
    find: (at) => findRevision(options, at, env),
    isSure: ({ isListed }) => isListed,
    fetchCommit: (source, commit) => fetchCommit(source, request, commit, env),
  });
}

async function fetchCommit(
  source: Source,
  request: DatasetRequest,
  commit: string,
  env: NodeJS.ProcessEnv,
): Promise<FoundDataset> {
  const { asked, access, repo } = source;
  const { dataset: options } = request;
  const all = await explained(asked, () => listCommit(access, asked.repo, commit));
  const listed = new Map([...all].filter(([path]) => isSplitFile(path)));
  const chosen = chooseFiles(listed.keys(), { ...options, revision: asked.revision });
  const sizes = [...listed.values()].map(({ path, bytes }) => [path, bytes] as const);
  await keepListing(options.dataset, commit, Object.fromEntries(sizes), env);
  const wanted = new Set(Object.values(chosen.files).flat());
  await fetchFiles(
    source,
    request,
    commit,
    [...wanted].map((path) => listed.get(path)!),
  );
  if (!isCommit(asked.revision)) await writeRef(repo, asked.revision, commit);
  const found = findRevision(options, commit, env);
  if (!found) throw new Error(`What was fetched of ${options.dataset} is not in the cache.`);
  return found;
}
