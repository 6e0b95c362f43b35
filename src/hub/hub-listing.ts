import { listFiles, modelInfo } from '@huggingface/hub';
import * as z from 'zod';
import type { Checksum } from './checksum';
import { asTheHub, type HubAccess, hubFetch, notTheHub } from './hub-fetch';

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

/** No model has as many; a list without an end is not read to it. */
const mostFiles = 10_000;

/** The commit that a branch, a tag or the beginning of a commit's name is. */
export async function lookUpCommit(access: HubAccess, name: string, revision: string): Promise<string> {
  return asTheHub(access, async () => {
    const { endpoint: hubUrl } = access;
    const fetch = hubFetch(access);
    const { sha } = await modelInfo({ name, revision, additionalFields: ['sha'], hubUrl, fetch });
    return gitSum.parse(sha);
  });
}

/** The files in the outermost folder of a commit, by name. */
export async function listCommit(
  access: HubAccess,
  name: string,
  commit: string,
): Promise<Map<string, HubFile>> {
  return asTheHub(access, async () => {
    const files = new Map<string, HubFile>();
    const repo = { type: 'model', name } as const;
    let listed = 0;
    for await (const listing of listFiles({
      repo,
      revision: commit,
      hubUrl: access.endpoint,
      fetch: hubFetch(access),
    })) {
      if (++listed > mostFiles) throw notTheHub(new URL(access.endpoint), 'its list of files has no end');
      const { type, path, size, oid, lfs } = entry.parse(listing);
      if (type !== 'file') continue;
      const checksum: Checksum = lfs
        ? { algorithm: 'sha256', hex: lfs.oid }
        : { algorithm: 'gitBlob', hex: oid };
      files.set(path, { path, bytes: lfs?.size ?? size, checksum });
    }
    return files;
  });
}
