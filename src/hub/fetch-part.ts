/** One request for what is still missing of a file. */
import { open, stat, truncate } from 'node:fs/promises';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { checkPassing, Interrupted, openLine } from './line';
import { shown } from './network-error';

export interface PartRequest {
  url: URL;
  /** What is sent with the request; not to another server that this one sends to. */
  headers: Readonly<Record<string, string>> | undefined;
  /** What there is of the file; what comes is written after it. */
  part: string;
  /** The size of the whole file. */
  bytes: number;
  /** Hears what the server calls the version that it sends. */
  onVersion(version: string | undefined): void;
  /** What it called the version that `part` began with, if it is known. */
  version: string | undefined;
  /** A server that sends nothing for so long, in milliseconds, is given up. */
  patience: number;
  signal: AbortSignal | undefined;
  progress(done: number): void;
  /** What to do where the file cannot be had: a sentence to stand at the end of a hint. */
  instead: string;
  /** What it means that the server refuses, where more is known of it than its status. */
  refused: ((answer: Response) => HumanError | undefined) | undefined;
}

/**
 * Asks for the rest of a file, and writes it as it comes.
 *
 * @throws Interrupted where another request may go better, HumanError where it would not
 */
export async function fetchPart(request: PartRequest): Promise<void> {
  const { url, headers, part, bytes, version } = request;
  const size = (await stat(part)).size;
  const line = openLine(request);
  try {
    const response = await line.wait(
      fetch(url, {
        headers: {
          ...headers,
          // A server that packs what it sends would send another file than the one whose size and sum are known.
          'Accept-Encoding': 'identity',
          ...(size > 0 ? { Range: `bytes=${size}-` } : {}),
          ...(size > 0 && version !== undefined ? { 'If-Range': version } : {}),
        },
        signal: line.signal,
      }),
    );
    const start = await whereItStarts(response, request, size);
    request.onVersion(versionOf(response));
    if (start !== size) await truncate(part, start);
    if (response.body) await writeBody(response.body, request, start, line.wait);
    const total = (await stat(part)).size;
    if (total < bytes) throw new Interrupted(`the connection ended after ${total} of ${bytes} bytes`);
  } finally {
    line.close();
  }
}

/** The byte that the answer begins with. */
async function whereItStarts(response: Response, request: PartRequest, asked: number): Promise<number> {
  const { url, bytes, instead } = request;
  const { status, headers } = response;
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (total !== '*' && total !== undefined && Number(total) !== bytes)
      throw otherSize(request, Number(total));
    if (Number(start) === asked) return asked;
    await response.body?.cancel();
    throw new HumanError(`${url.host} sent another part of the file than it was asked for.`, {
      hint: instead,
    });
  }
  if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && Number(length) !== bytes) throw otherSize(request, Number(length));
    return 0;
  }
  await response.body?.cancel();
  if (status === 416) return 0;
  checkPassing(response, url.host);
  throw request.refused?.(response) ?? refusal(request, response);
}

/** It may come from another server, to which this one sent. */
function refusal({ url, instead }: PartRequest, { status, url: last }: Response): HumanError {
  const what =
    status === 404 || status === 410
      ? 'does not have this file'
      : `does not give this file (status ${status})`;
  return new HumanError(`${new URL(last).host} ${what}: ${shown(url)}`, { hint: instead });
}

async function writeBody(
  body: ReadableStream<Uint8Array>,
  request: PartRequest,
  start: number,
  wait: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> {
  const { part, bytes, progress } = request;
  const reader = body.getReader();
  const handle = await open(part, 'a');
  let done = start;
  try {
    for (;;) {
      const { value } = await wait(reader.read());
      if (!value) return;
      done += value.length;
      if (done > bytes) throw otherSize(request, done);
      try {
        await handle.writeFile(value);
      } catch (error) {
        throw fileError('writing', part, error);
      }
      progress(done);
    }
  } finally {
    await handle.close();
    await reader.cancel().catch(() => undefined);
  }
}

/** Only a strong one can say that two answers are parts of the same. */
function versionOf({ headers }: Response): string | undefined {
  const etag = headers.get('etag');
  return etag === null || etag.startsWith('W/') ? undefined : etag;
}

function otherSize({ url, bytes, instead }: PartRequest, found: number): HumanError {
  return new HumanError(`${url.host} has another file: ${found} bytes or more instead of ${bytes}.`, {
    hint: instead,
  });
}
