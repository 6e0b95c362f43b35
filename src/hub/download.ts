import { mkdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { type Checksum, sumOf, titleOf } from './checksum';
import { fetchPart } from './fetch-part';
import type { Interrupted } from './line';
import { codeOf, networkError, shown } from './network-error';
import { claimPart, type PartEnding, releasePart, removeParts } from './part-file';
import { retry } from './retry';

export interface Download {
  url: string;
  /** Where the file is to be; its folder is made. */
  file: string;
  /** The size of the file. */
  bytes: number;
  checksum: Checksum;
  /** Sent to this server, not to another one that it sends to. */
  headers?: Readonly<Record<string, string>>;
  /** How the name of what is not whole yet ends. */
  ending?: PartEnding;
  /** What to do where the file cannot be had, a sentence. */
  instead?: string;
  /** What it means that the server refuses the file, where more is known of it than its status. */
  refused?: (answer: Response) => HumanError | undefined;
}

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Hears often of the bytes that there are. */
  progress?: (done: number) => void;
  /** Milliseconds before the first retry; each further one waits twice as long. */
  firstWait?: number;
  /** Milliseconds without a byte after which a connection is given up. */
  patience?: number;
}

/** Milliseconds between two looks at another process's download. */
const lookAgain = 250;

export const defaultFirstWait = 1000;
export const defaultPatience = 30_000;

/** A download whose address has been looked at, and that knows all that it may say. */
type Wanted = Required<Omit<Download, 'url' | 'headers' | 'refused'>> &
  Pick<Download, 'headers' | 'refused'> & { url: URL };

/**
 * Downloads a file, unless it is there. What an earlier download left is gone on with, failures that may pass are
 * retried, size and sum are checked, and the file appears only when it is whole. Of several processes one downloads
 * and the others wait for it.
 *
 * @throws HumanError where it cannot be had; the signal's reason where it was aborted. What came so far is kept.
 */
export async function download(wanted: Download, options: DownloadOptions = {}): Promise<void> {
  const { signal } = options;
  try {
    const url = parseUrl(wanted.url);
    await tryDownload({ ending: 'part', instead: byHand(url), ...wanted, url }, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw fileError('writing', wanted.file, error);
  }
}

async function tryDownload(wanted: Wanted, options: DownloadOptions): Promise<void> {
  const { file, bytes, ending } = wanted;
  const { signal, progress } = options;
  await makeFolder(dirname(file));
  for (;;) {
    signal?.throwIfAborted();
    if (await isWhole(file, bytes)) return;
    const part = await claimPart(file, ending);
    if (typeof part === 'string') return fillPart(part, wanted, options);
    progress?.(part.bytes);
    await delay(lookAgain, undefined, { signal });
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOTDIR') throw error;
    throw new HumanError(`There is a file where the folder ${folder} should be.`, {
      hint: 'Move it away, or name another folder: TEXTCLF_CACHE for word vectors, HF_HUB_CACHE for encoders and data sets.',
      cause: error,
    });
  }
}

/** Whether the file is there, by its size. */
export async function isWhole(file: string, bytes: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === bytes;
}

async function fillPart(part: string, wanted: Wanted, options: DownloadOptions): Promise<void> {
  const { file, bytes, checksum, ending } = wanted;
  try {
    // Another process may have come to its end since this one looked.
    if (await isWhole(file, bytes)) return await rm(part, { force: true });
    // What an earlier download left may be of another version: then all is fetched once more.
    let isFresh = (await stat(part)).size === 0;
    for (;;) {
      await fetchAll(part, wanted, options);
      const sum = await sumOf(part, checksum, options.signal);
      if (sum === checksum.hex) break;
      await truncate(part, 0);
      if (isFresh) throw wrongSum(wanted, sum);
      isFresh = true;
    }
    await rename(part, file);
    await removeParts(file, ending);
  } catch (error) {
    // On a full disk, what came so far is in the way of everything else.
    const isFull = error instanceof HumanError && codeOf(error.cause) === 'ENOSPC';
    await (isFull ? rm(part, { force: true }) : releasePart(file, part, ending));
    throw error;
  }
}

/** Asks again and again until all bytes are there. */
async function fetchAll(
  part: string,
  wanted: Wanted,
  { signal, progress = () => {}, firstWait = defaultFirstWait, patience = defaultPatience }: DownloadOptions,
): Promise<void> {
  const { url, bytes, headers, instead, refused } = wanted;
  let version: string | undefined;
  const onVersion = (sent: string | undefined) => {
    version = sent;
  };
  const gain = async () => (await stat(part)).size;
  const attempt = async () => {
    const size = await gain();
    if (size === bytes) return;
    if (size > bytes) await truncate(part, 0);
    const request = { url, headers, part, bytes, version, onVersion, patience, signal, progress };
    await fetchPart({ ...request, instead, refused });
  };
  const doing = `The download of ${basename(url.pathname)} from ${url.host}`;
  const giveUp = (error: Interrupted) => networkError(error, url, doing, instead);
  await retry(attempt, { signal, firstWait, gain, giveUp });
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new HumanError(
    url && (url.username !== '' || url.password !== '')
      ? `An address to download from must not hold a name or password: ${shown(url)}`
      : `This is no address to download from: ${text}`,
    { hint: 'It starts with https:// or http://. Does TEXTCLF_GLOVE_URL say what it should?' },
  );
}

/** To stand at the end of a hint. */
function byHand(url: URL): string {
  return `Or get ${shown(url)} by other means, and name that file in the experiment.`;
}

function wrongSum({ url, checksum, instead }: Wanted, found: string): HumanError {
  return new HumanError(
    `What ${url.host} sent is not the file that it should be: its ${titleOf(checksum)} sum is ${found} instead of ${checksum.hex}.`,
    { hint: `A proxy or a mirror may have changed it. ${instead}` },
  );
}
