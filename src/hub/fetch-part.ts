/** One request for what is still missing of a file. */
import { open, stat, truncate } from 'node:fs/promises';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';

export interface PartRequest {
  url: URL;
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
}

/** The server or the line failed in a way that may pass. */
export class Interrupted extends Error {
  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly wait?: number,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/**
 * Asks for the rest of a file, and writes it as it comes.
 *
 * @throws Interrupted where another request may go better, HumanError where it would not
 */
export async function fetchPart(request: PartRequest): Promise<void> {
  const { url, part, bytes, version } = request;
  const size = (await stat(part)).size;
  const line = connect(request);
  try {
    const response = await line.wait(
      fetch(url, {
        headers: {
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
async function whereItStarts(
  response: Response,
  { url, bytes }: PartRequest,
  asked: number,
): Promise<number> {
  const { status, headers } = response;
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (total !== '*' && total !== undefined && Number(total) !== bytes)
      throw otherSize(url, Number(total), bytes);
    if (Number(start) === asked) return asked;
    await response.body?.cancel();
    throw new HumanError(`${url.host} sent another part of the file than it was asked for.`, {
      hint: byHand(url),
    });
  }
  if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && Number(length) !== bytes) throw otherSize(url, Number(length), bytes);
    return 0;
  }
  await response.body?.cancel();
  if (status === 416) return 0;
  if (status === 408 || status === 429 || status >= 500) {
    throw new Interrupted(`${url.host} answers ${status}`, retryAfter(headers.get('retry-after')));
  }
  const what =
    status === 404 || status === 410
      ? 'does not have this file'
      : `does not give this file (status ${status})`;
  throw new HumanError(`${url.host} ${what}: ${shown(url)}`, { hint: byHand(url) });
}

async function writeBody(
  body: ReadableStream<Uint8Array>,
  { url, part, bytes, progress }: PartRequest,
  start: number,
  wait: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> {
  const reader = body.getReader();
  const handle = await open(part, 'a');
  let done = start;
  try {
    for (;;) {
      const { value } = await wait(reader.read());
      if (!value) return;
      done += value.length;
      if (done > bytes) throw otherSize(url, done, bytes);
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

/** What belongs to one request: its end by the signal, or because nothing comes any more. */
function connect({ signal, patience }: PartRequest) {
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    /** Waits for the line; its failures become `Interrupted`. */
    async wait<T>(work: Promise<T>): Promise<T> {
      const timer = setTimeout(() => controller.abort(new Error('nothing came any more')), patience);
      try {
        return await work;
      } catch (error) {
        throw new Interrupted(error instanceof Error ? error.message : String(error), undefined, error);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => signal?.removeEventListener('abort', stop),
  };
}

/** Only a strong one can say that two answers are parts of the same. */
function versionOf({ headers }: Response): string | undefined {
  const etag = headers.get('etag');
  return etag === null || etag.startsWith('W/') ? undefined : etag;
}

/** `Retry-After`, seconds or a date, in milliseconds. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(wait, 0) : undefined;
}

function otherSize(url: URL, found: number, expected: number): HumanError {
  return new HumanError(`${url.host} has another file: ${found} bytes or more instead of ${expected}.`, {
    hint: byHand(url),
  });
}

/** Without what may be secret in it. */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}

/** To stand at the end of a hint. */
export function byHand(url: URL): string {
  return `Or get ${shown(url)} by other means, and name that file in the experiment.`;
}
