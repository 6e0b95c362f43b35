import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { HelperMessage, HelperMethod, HelperMethods } from '../../src/protocol/helper';

export const helperFile = fileURLToPath(new URL('../../dist/helper.js', import.meta.url));
if (!existsSync(helperFile))
  throw new Error('dist/helper.js is missing: npm test makes it, or npm run build.');

const started: ChildProcess[] = [];
// A failed test must not leave a process behind.
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

export interface Asked {
  id: number;
  /** The reply. */
  reply: Promise<Exclude<HelperMessage, { type: 'progress' }>>;
  progress: { done: number; total: number }[];
}

export interface Helper {
  child: ChildProcess;
  ask<M extends HelperMethod>(
    method: M,
    params: HelperMethods[M]['params'],
    onProgress?: (id: number) => void,
  ): Asked;
  /** The result; fails with the reply where it is another. */
  result<M extends HelperMethod>(
    method: M,
    params: HelperMethods[M]['params'],
  ): Promise<HelperMethods[M]['result']>;
  cancel(id: number): void;
  /** Closes the channel and gives the exit code. */
  leave(): Promise<number | null>;
}

/** Starts the bundled helper as the editor does. */
export function startHelper(): Helper {
  const child = fork(helperFile, [], { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  started.push(child);
  const waiting = new Map<number, (message: HelperMessage) => void>();
  let lastId = 0;
  const ended = new Promise<Error>((resolve) => {
    child.once('exit', (code, signal) => resolve(new Error(`the helper ended: ${code ?? signal}`)));
  });
  child.on('message', (message: HelperMessage) => waiting.get(message.id)?.(message));

  const ask: Helper['ask'] = (method, params, onProgress) => {
    const id = ++lastId;
    const progress: Asked['progress'] = [];
    const reply = new Promise<Exclude<HelperMessage, { type: 'progress' }>>((resolve, reject) => {
      ended.then(reject);
      waiting.set(id, (message) => {
        if (message.type !== 'progress') return resolve(message);
        progress.push({ done: message.done, total: message.total });
        onProgress?.(id);
      });
    });
    child.send({ type: 'request', id, method, params });
    return { id, reply, progress };
  };
  return {
    child,
    ask,
    async result(method, params) {
      const reply = await ask(method, params).reply;
      if (reply.type !== 'result') throw new Error(`no result but ${JSON.stringify(reply)}`);
      return reply.result as never;
    },
    cancel: (id) => void child.send({ type: 'cancel', id }),
    leave: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.disconnect();
      }),
  };
}
