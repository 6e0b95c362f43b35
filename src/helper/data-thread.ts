import { Worker } from 'node:worker_threads';
import type { HelperMessage, HelperMethods, HelperRequest } from '../protocol/helper';
import { DescribedError, type RequestContext } from './serve';

export type DataMethod = 'check' | 'inspect' | 'report' | 'rowsOf';

interface Waiting {
  resolve(result: never): void;
  reject(error: unknown): void;
  progress: RequestContext['progress'];
}

interface DataThread {
  worker: Worker;
  waiting: Map<number, Waiting>;
}

/** Started with the first request. */
let thread: DataThread | undefined;
let lastId = 0;

/** Calls a method on the thread that reads data files. */
export function onDataThread<M extends DataMethod>(
  method: M,
  params: HelperMethods[M]['params'],
  { signal, progress }: RequestContext,
): Promise<HelperMethods[M]['result']> {
  thread ??= startThread();
  const { worker, waiting } = thread;
  const id = ++lastId;
  const post = (message: HelperRequest) => worker.postMessage(message);
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, progress });
    signal.addEventListener('abort', () => post({ type: 'cancel', id }), { once: true });
    post({ type: 'request', id, method, params } as HelperRequest);
  });
}

function startThread(): DataThread {
  const started: DataThread = {
    worker: new Worker(new URL('./helper-data.js', import.meta.url)),
    waiting: new Map(),
  };
  const { worker, waiting } = started;
  worker.on('message', (message: HelperMessage) => settle(waiting, message));
  // A bug, or no memory left. The next request starts another thread.
  worker.on('error', (error) => {
    if (thread === started) thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
  });
  return started;
}

function settle(waiting: Map<number, Waiting>, message: HelperMessage): void {
  const request = waiting.get(message.id);
  if (!request) return;
  if (message.type !== 'progress') waiting.delete(message.id);
  switch (message.type) {
    case 'progress':
      request.progress(message.done, message.total);
      return;
    case 'result':
      request.resolve(message.result as never);
      return;
    case 'error':
      request.reject(new DescribedError(message.error));
      return;
    case 'cancelled':
      request.reject(new Error('cancelled'));
      return;
  }
}
