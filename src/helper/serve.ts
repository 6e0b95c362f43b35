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

/** Answers the parent process's requests until it closes the channel. */
export function serve(methods: Methods): void {
  const running = new Map<number, { controller: AbortController; done: Promise<void> }>();
  process.on('message', (message: HelperRequest) => {
    switch (message.type) {
      case 'request': {
        const controller = new AbortController();
        const done = answer(message, methods, controller.signal).finally(() => running.delete(message.id));
        running.set(message.id, { controller, done });
        return;
      }
      case 'cancel':
        // One that has been answered meanwhile needs nothing.
        running.get(message.id)?.controller.abort();
        return;
    }
  });
  process.once('disconnect', async () => {
    // What is half written is removed first.
    for (const { controller } of running.values()) controller.abort();
    await Promise.all([...running.values()].map(({ done }) => done));
    process.exit();
  });
}

type Request = Extract<HelperRequest, { type: 'request' }>;

/** Never throws: what goes wrong is the reply. */
async function answer(request: Request, methods: Methods, signal: AbortSignal): Promise<void> {
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

/** The table's type pairs each method with its parameters, which a union of requests no longer shows. */
function call(
  { method, params }: Request,
  methods: Methods,
  context: RequestContext,
): Promise<HelperMethods[HelperMethod]['result']> {
  const handler = methods[method] as (
    params: Request['params'],
    context: RequestContext,
  ) => Promise<HelperMethods[HelperMethod]['result']>;
  return handler(params, context);
}

function send(message: HelperMessage): void {
  if (!process.connected) return;
  // The editor may go away while it is being written to; 'disconnect' deals with that.
  process.send?.(message, undefined, undefined, () => {});
}

function describe(error: unknown): HelperError {
  if (error instanceof HumanError) {
    const { message, hint, place } = error;
    return { human: true, message, ...(hint ? { hint } : {}), ...(place ? { place } : {}) };
  }
  if (!(error instanceof Error)) return { human: false, message: String(error) };
  return { human: false, message: error.message, ...(error.stack ? { stack: error.stack } : {}) };
}
