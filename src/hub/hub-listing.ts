import { datasetInfo, listFiles, modelInfo } from '@huggingface/hub';
import * as z from 'zod';
import type { Checksum } from './checksum';
import { asTheHub, type HubAccess, hubFetch, notTheHub, parseAnswer } from './hub-fetch';
import type { HubRepo } from './hub-repo';

/** A file of a commit, as the Hub lists it. */
export interface HubFile {
  path: string;
  bytes: number;
  checksum: Checksum;
}

const gitSum = z.string().regex(/^[0-9a-f]{40}$/);

const entry = z.object({
  type: z.string(),
  path: z.string(),
  size: z.int().min(0),
  oid: gitSum,
  /** Large files are kept elsewhere; git has a note of a few lines of them, whose sum `oid` is. */
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }).optional(),
});

/** Nothing that is wanted has as many; a list without an end is not read to it. */
const mostFiles = 10_000;

/** The commit that a branch, a tag or the beginning of a commit's name is. */
export async function lookUpCommit(
  access: HubAccess,
  { type, name }: HubRepo,
  revision: string,
): Promise<string> {
  const options = { name, revision, hubUrl: access.endpoint, fetch: hubFetch(access) };
  const additionalFields = ['sha' as const];
  const { sha } = await asTheHub(access, () =>
    type === 'model'
      ? modelInfo({ ...options, additionalFields })
      : datasetInfo({ ...options, additionalFields }),
  );
  return parseAnswer(access, gitSum, sha);
}

/**
 * The files of a commit, by their paths: of a model those in its outermost folder, of a data set all.
 */
export async function listCommit(
  access: HubAccess,
  repo: HubRepo,
  commit: string,
): Promise<Map<string, HubFile>> {
  const listed = parseAnswer(access, z.array(entry), await listAll(access, repo, commit));
  const files = listed
    .filter(({ type }) => type === 'file')
    .map(({ path, size, oid, lfs }): HubFile => {
      const checksum: Checksum = lfs
        ? { algorithm: 'sha256', hex: lfs.oid }
        : { algorithm: 'gitBlob', hex: oid };
      return { path, bytes: lfs?.size ?? size, checksum };
    });
  return new Map(files.map((file) => [file.path, file]));
}

/** As the Hub sends it, whatever that is. */
function listAll(access: HubAccess, repo: HubRepo, commit: string): Promise<unknown[]> {
  return asTheHub(access, async () => {
    const listed: unknown[] = [];
    const options = { repo, revision: commit, recursive: repo.type === 'dataset' };
    for await (const item of listFiles({ ...options, hubUrl: access.endpoint, fetch: hubFetch(access) })) {
      if (listed.push(item) > mostFiles)
        throw notTheHub(new URL(access.endpoint), 'its list of files has no end');
    }
    return listed;
  });
}
