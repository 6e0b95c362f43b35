import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { byHand, fetchPart, Interrupted, shown } from './fetch-part';
import { claimPart, releasePart, removeParts } from './part-file';

export interface Download {
  url: string;
  /** Where the file is to be; its folder is made. */
  file: string;
  /** The size of the file. */
  bytes: number;
  /** Its MD5 sum, in hexadecimal. */
  md5: string;
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

/** So many failures in a row, none of which brought a byte, are one too many. */
const mostFailures = 5;
/** Fewer where there is no way to the server at all. */
const mostUnreachable = 2;
/** Milliseconds: a server that asks for more is not waited for. */
const longestWait = 120_000;
/** Milliseconds between two looks at another process's download. */
const lookAgain = 250;

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
    await tryDownload(wanted, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw fileError('writing', wanted.file, error);
  }
}

async function tryDownload(wanted: Download, options: DownloadOptions): Promise<void> {
  const { file, bytes } = wanted;
  const { signal, progress } = options;
  const url = parseUrl(wanted.url);
  await makeFolder(dirname(file));
  for (;;) {
    signal?.throwIfAborted();
    if (await isWhole(file, bytes)) return;
    const part = await claimPart(file);
    if (typeof part === 'string') return fillPart(part, url, wanted, options);
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
      hint: 'Move it away, or name another folder for downloads in TEXTCLF_CACHE.',
      cause: error,
    });
  }
}

async function isWhole(file: string, bytes: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === bytes;
}

async function fillPart(part: string, url: URL, wanted: Download, options: DownloadOptions): Promise<void> {
  const { file, bytes, md5 } = wanted;
  try {
    // Another process may have come to its end since this one looked.
    if (await isWhole(file, bytes)) return await rm(part, { force: true });
    // What an earlier download left may be of another version: then all is fetched once more.
    let isFresh = (await stat(part)).size === 0;
    for (;;) {
      await fetchAll(part, url, wanted, options);
      const sum = await md5Of(part, options.signal);
      if (sum === md5) break;
      await truncate(part, 0);
      if (isFresh) throw wrongSum(url, sum, md5);
      isFresh = true;
    }
    await rename(part, file);
    await removeParts(file);
  } catch (error) {
    // On a full disk, what came so far is in the way of everything else.
    const isFull = error instanceof HumanError && codeOf(error.cause) === 'ENOSPC';
    await (isFull ? rm(part, { force: true }) : releasePart(file, part));
    throw error;
  }
}

/** Asks again and again until all bytes are there. */
async function fetchAll(
  part: string,
  url: URL,
  { bytes }: Download,
  { signal, progress = () => {}, firstWait = 1000, patience = 30_000 }: DownloadOptions,
): Promise<void> {
  let version: string | undefined;
  let most = (await stat(part)).size;
  let failures = 0;
  while ((await stat(part)).size !== bytes) {
    if ((await stat(part)).size > bytes) await truncate(part, 0);
    try {
      const onVersion = (sent: string | undefined) => {
        version = sent;
      };
      await fetchPart({ url, part, bytes, version, onVersion, patience, signal, progress });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      const { size } = await stat(part);
      failures = size > most ? 1 : failures + 1;
      most = Math.max(most, size);
      const isHopeless = failures > (isUnreachable(error) ? mostUnreachable : mostFailures);
      const wait = Math.max(error.wait ?? 0, firstWait * 2 ** (failures - 1));
      if (isHopeless || isUntrusted(error) || wait > longestWait) throw describe(error, url);
      await delay(wait, undefined, { signal });
    }
  }
}

async function md5Of(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** `fetch failed`, says fetch, and why in its cause. */
function networkCode({ cause }: Interrupted): string {
  return codeOf(cause) || (cause instanceof Error ? codeOf(cause.cause) : '');
}

/** The error that all others around it only pass on. */
function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

const unreachable = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN'];

function isUnreachable(error: Interrupted): boolean {
  return unreachable.includes(networkCode(error));
}

/** TLS says that the server's certificate is not signed by anybody who is known. */
function isUntrusted(error: Interrupted): boolean {
  return /CERT|UNABLE_TO_VERIFY/.test(networkCode(error));
}

function describe(error: Interrupted, url: URL): HumanError {
  const why = networkCode(error) || innermost(error).message;
  if (isUntrusted(error)) {
    return new HumanError(`The certificate of ${url.host} cannot be verified (${why}).`, {
      hint: `Where a proxy signs connections itself, name its certificate in NODE_EXTRA_CA_CERTS. ${byHand(url)}`,
      cause: error,
    });
  }
  const what = isUnreachable(error)
    ? `There is no connection to ${url.host} (${why}).`
    : `The download of ${basename(url.pathname)} from ${url.host} fails again and again: ${why}.`;
  return new HumanError(what, { hint: `${proxyHint()}${byHand(url)}`, cause: error });
}

/** Node's fetch leaves proxies alone unless it is told to use them, which early versions cannot. */
function proxyHint(env: NodeJS.ProcessEnv = process.env): string {
  const name = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((key) => env[key]);
  if (name === undefined)
    return 'Check the connection to the internet, and try again: it goes on where it ended. ';
  return env.NODE_USE_ENV_PROXY
    ? `Check the proxy that ${name} names. `
    : `${name} is set, but Node ${process.version} does not use it: Node 22.21, 24 or later does with NODE_USE_ENV_PROXY=1. `;
}

function wrongSum(url: URL, found: string, expected: string): HumanError {
  return new HumanError(
    `What ${url.host} sent is not the file that it should be: its MD5 sum is ${found} instead of ${expected}.`,
    { hint: `A proxy or a mirror may have changed it. ${byHand(url)}` },
  );
}
