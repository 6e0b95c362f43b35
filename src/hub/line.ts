/** One connection to a server: it ends by the signal, or because nothing comes any more. */

export interface LineOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which a connection is given up. */
  patience: number;
}

/** The server or the line failed in a way that may pass. */
export class Interrupted extends Error {
  /** Milliseconds that the server asks to wait. */
  readonly wait: number | undefined;
  /** What it answered, where it did. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: { wait?: number | undefined; status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.wait = options.wait;
    this.status = options.status;
  }
}

export function openLine({ signal, patience }: LineOptions) {
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const wake = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new Error('nothing came any more')), patience);
  };
  return {
    signal: controller.signal,
    /** Something went over the line: the patience begins anew. */
    wake,
    /** Waits for the line; its failures become `Interrupted`. */
    async wait<T>(work: Promise<T>): Promise<T> {
      wake();
      try {
        return await work;
      } catch (error) {
        throw new Interrupted(error instanceof Error ? error.message : String(error), { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    },
  };
}

/** @throws Interrupted where the server asks to come again, or fails in a way that may pass */
export function checkPassing({ status, headers }: Response, host: string): void {
  if (status !== 408 && status !== 429 && status < 500) return;
  throw new Interrupted(`${host} answers ${status}`, {
    wait: retryAfter(headers.get('retry-after')),
    status,
  });
}

/** `Retry-After`, seconds or a date, in milliseconds. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(wait, 0) : undefined;
}
