import { InvalidApiResponseFormatError } from '@huggingface/hub';
import type * as z from 'zod';
import { HumanError } from '../protocol/human-error';
import { refusalOf } from './hub-refusal';
import { checkPassing, Interrupted, openLine } from './line';
import { networkError } from './network-error';
import { retry } from './retry';

export interface HubAccess {
  /** The Hub's address, without a slash at its end. */
  endpoint: string;
  token: string | undefined;
  signal: AbortSignal | undefined;
  /** Milliseconds before the first retry. */
  firstWait: number;
  /** Milliseconds without a byte after which a connection is given up. */
  patience: number;
  /** How many failures in a row are borne. */
  mostFailures?: number;
  /** What else to do where there is no connection, a sentence. */
  instead: string;
  /** Hears of the bytes of files that are sent; after a failure, that what was sent counts no more (negative). */
  onSent?: (bytes: number) => void;
}

/** No answer of the Hub's API is nearly as long. */
const longestAnswer = 64 * 1024 * 1024;

/**
 * What `@huggingface/hub` is given as its `fetch`: it waits, retries and ends as our downloads do, sends the token to
 * the Hub alone (not to the storage that the Hub sends to), and knows a refusal by its headers.
 *
 * @throws HubRefusal for an answer that says no; HumanError where there is none, or none of the Hub's
 */
export function hubFetch(access: HubAccess): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const giveUp = (error: Interrupted) => networkError(error, url, `Talking to ${url.host}`, access.instead);
    return retry(() => ask(url, init, access), { ...access, giveUp });
  };
}

async function ask(url: URL, init: RequestInit, access: HubAccess): Promise<Response> {
  const signals = [access.signal, init.signal].filter((signal) => signal instanceof AbortSignal);
  const line = openLine({ signal: AbortSignal.any(signals), patience: access.patience });
  let sent = 0;
  let isOver = false;
  const onSent = (bytes: number) => {
    // A server may refuse before it has read all: what is still on its way belongs to no attempt any more.
    if (isOver) return;
    line.wake();
    sent += bytes;
    access.onSent?.(bytes);
  };
  try {
    const request = { ...init, headers: headersFor(url, init, access), signal: line.signal };
    if (init.body instanceof Blob) request.body = new CountedBlob(init.body, onSent);
    if (typeof init.body === 'string') request.body = new CountedBlob(new Blob([init.body]), line.wake);
    const response = await line.wait(fetch(url, request));
    const text = await readAnswer(response, url, line.wait);
    checkPassing(response, url.host);
    if (!response.ok) throw refusalOf(response, complaintIn(text));
    if (isOfApi(url, init)) checkJson(text, response, url);
    // An answer of status 204 may not have a body, not even an empty one.
    return new Response(text === '' ? null : text, { status: response.status, headers: response.headers });
  } catch (error) {
    isOver = true;
    if (sent > 0) access.onSent?.(-sent);
    throw error;
  } finally {
    line.close();
  }
}

function headersFor(url: URL, init: RequestInit, { endpoint, token }: HubAccess): Headers {
  const headers = new Headers(init.headers);
  headers.delete('authorization');
  if (token !== undefined && url.origin === new URL(endpoint).origin)
    headers.set('authorization', `Bearer ${token}`);
  return headers;
}

async function readAnswer(
  { body }: Response,
  url: URL,
  wait: <T>(work: Promise<T>) => Promise<T>,
): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value } = await wait(reader.read());
    if (!value) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length <= longestAnswer) continue;
    await reader.cancel();
    throw notTheHub(url, 'its answer has no end');
  }
}

/** What the server says in words, cut to a line that can be shown. */
function complaintIn(text: string): string | undefined {
  try {
    const { error, message } = JSON.parse(text);
    const says = typeof error === 'string' ? error : message;
    if (typeof says !== 'string') return undefined;
    return says.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 300);
  } catch {
    return undefined;
  }
}

/** Of the storage that files are sent to, the answer does not matter. */
function isOfApi({ pathname }: URL, { method }: RequestInit): boolean {
  return method !== 'PUT' && /\/api\/|\/objects\/batch$/.test(pathname);
}

function checkJson(text: string, { headers }: Response, url: URL): void {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return;
  } catch (error) {
    if (/^\s*[[{]/.test(text)) throw new Interrupted('the answer is cut off', { cause: error });
  }
  throw notTheHub(url, `it answers with ${headers.get('content-type') ?? 'something else'}`);
}

/** The address is that of something else, or something between here and there answers in its place. */
export function notTheHub({ host }: URL, why: string, cause?: unknown): HumanError {
  return new HumanError(`${host} does not answer as the Hugging Face Hub does: ${why}.`, {
    hint: 'Does HF_ENDPOINT name a mirror of it, and does the network ask for a login first?',
    cause,
  });
}

/**
 * A call of `@huggingface/hub`, which takes the Hub's answers as they come: what it stumbles over is none. Our own work
 * stays outside, since a mistake of ours looks alike.
 */
export async function asTheHub<T>(
  { endpoint }: Pick<HubAccess, 'endpoint'>,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isStumble(error)) throw otherForm(endpoint, error);
    throw error;
  }
}

function isStumble(error: unknown): boolean {
  const kinds = [TypeError, SyntaxError, InvalidApiResponseFormatError];
  return kinds.some((kind) => error instanceof kind);
}

/** @throws HumanError where it is not as the Hub answers */
export function parseAnswer<T>(
  { endpoint }: Pick<HubAccess, 'endpoint'>,
  schema: z.ZodType<T>,
  answer: unknown,
): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw otherForm(endpoint, result.error);
}

function otherForm(endpoint: string, cause: unknown): HumanError {
  return notTheHub(new URL(endpoint), 'its answer has another form', cause);
}

/** A file that tells how much of it went over the line. */
class CountedBlob extends Blob {
  override readonly size: number;

  constructor(
    private readonly file: Blob,
    private readonly count: (bytes: number) => void,
  ) {
    super([]);
    this.size = file.size;
  }

  override stream(): ReturnType<Blob['stream']> {
    const { count } = this;
    return this.file.stream().pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          count(chunk.length);
          controller.enqueue(chunk);
        },
      }),
    );
  }
}
