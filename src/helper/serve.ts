import type {
  HelperError,
  HelperMessage,
  HelperMethod,
  HelperMethods,
  HelperRequest,
} from '../protocol/helper';
import { HumanError } from '../protocol/human-error';

/** What a method may do besides computing its result. */
export interface RequestContext {
  /** Aborted when the editor cancels the request or goes away. */
  signal: AbortSignal;
  progress(done: number, total: number): void;
}

export type Methods = {
  [M in HelperMethod]: (
    params: HelperMethods[M]['params'],
    context: RequestContext,
  ) => Promise<HelperMethods[M]['result']>;
};

export interface Server {
  receive(message: HelperRequest): void;
  /** Cancels what is going on; resolves when all of it has ended and cleaned up. */
  close(): Promise<void>;
}

/** Answers requests by a table of methods. */
export function createServer(methods: Partial<Methods>, send: (message: HelperMessage) => void): Server {
  const running = new Map<number, { controller: AbortController; done: Promise<void> }>();
  return {
    receive(message) {
      switch (message.type) {
        case 'request': {
          const controller = new AbortController();
          const done = answer(message, methods, send, controller.signal).finally(() =>
            running.delete(message.id),
          );
          running.set(message.id, { controller, done });
          return;
        }
        case 'cancel':
          // One that has been answered meanwhile needs nothing.
          running.get(message.id)?.controller.abort();
          return;
      }
    },
    async close() {
      for (const { controller } of running.values()) controller.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

type Request = Extract<HelperRequest, { type: 'request' }>;

/** Never throws: what goes wrong is the reply. */
async function answer(
  request: Request,
  methods: Partial<Methods>,
  send: (message: HelperMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  const { id } = request;
  try {
    const result = await call(request, methods, {
      signal,
      progress: (done, total) => send({ type: 'progress', id, done, total }),
    });
    send({ type: 'result', id, result });
  } catch (error) {
    send(signal.aborted ? { type: 'cancelled', id } : { type: 'error', id, error: describe(error) });
  }
}

type Handler = (
  params: Request['params'],
  context: RequestContext,
) => Promise<HelperMethods[HelperMethod]['result']>;

/** The table's type pairs each method with its parameters, which a union of requests no longer shows. */
function call(
  { method, params }: Request,
  methods: Partial<Methods>,
  context: RequestContext,
): Promise<HelperMethods[HelperMethod]['result']> {
  const handler = methods[method] as Handler | undefined;
  if (!handler) throw new Error(`the helper has no method '${method}'`);
  return handler(params, context);
}

/** An error of another thread, described there. */
export class DescribedError extends Error {
  constructor(readonly description: HelperError) {
    super(description.message);
  }
}

function describe(error: unknown): HelperError {
  if (error instanceof DescribedError) return error.description;
  if (error instanceof HumanError) {
    const { message, hint, place } = error;
    return { human: true, message, ...(hint ? { hint } : {}), ...(place ? { place } : {}) };
  }
  if (!(error instanceof Error)) return { human: false, message: String(error) };
  return { human: false, message: error.message, ...(error.stack ? { stack: error.stack } : {}) };
}
