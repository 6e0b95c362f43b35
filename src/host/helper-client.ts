import { type ChildProcess, fork } from 'node:child_process';
import * as vscode from 'vscode';
import type {
  HelperError,
  HelperMessage,
  HelperMethod,
  HelperMethods,
  HelperRequest,
} from '../protocol/helper';
import { HumanError } from '../protocol/human-error';
import { childEnvironment } from './child-environment';

interface Pending {
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
  onProgress: ((done: number, total: number) => void) | undefined;
}

export interface RequestOptions {
  token?: vscode.CancellationToken;
  onProgress?: (done: number, total: number) => void;
}

/** A helper that nobody has asked for this long gives its memory back (milliseconds). */
const idleTime = 10 * 60_000;

/**
 * A process that does what must not happen in the extension host: it runs models and reads data files. It starts
 * with the first request, stays warm, and is started anew where it died.
 */
export class HelperClient implements vscode.Disposable {
  #child: ChildProcess | undefined;
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #pending = new Map<number, Pending>();

  /**
   * @param script the path of dist/helper.js
   * @param environment what the process is told beside what all are
   */
  constructor(
    private readonly script: string,
    private readonly log: vscode.LogOutputChannel,
    private readonly environment: () => NodeJS.ProcessEnv,
  ) {}

  /**
   * @throws HumanError for what a person can mend, CancellationError where `token` was cancelled, Error for bugs
   */
  request<M extends HelperMethod>(
    method: M,
    params: HelperMethods[M]['params'],
    { token, onProgress }: RequestOptions = {},
  ): Promise<HelperMethods[M]['result']> {
    this.#child ??= this.#start();
    const child = this.#child;
    const id = ++this.#lastId;
    clearTimeout(this.#idle);
    return new Promise<HelperMethods[M]['result']>((resolve, reject) => {
      const cancellation = token?.onCancellationRequested(() => send(child, { type: 'cancel', id }));
      const settle = () => {
        cancellation?.dispose();
        this.#pending.delete(id);
        if (this.#pending.size === 0) this.#idle = setTimeout(() => this.#stop(), idleTime);
      };
      this.#pending.set(id, {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onProgress,
      });
      // A method belongs to its parameters by this function's signature, which a union can't say.
      send(child, { type: 'request', id, method, params } as HelperRequest);
    });
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#stop();
  }

  #start(): ChildProcess {
    const child = fork(this.script, [], {
      env: { ...childEnvironment(), ...this.environment() },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const tell = (chunk: Buffer) => this.log.info(`helper: ${chunk.toString('utf8').trimEnd()}`);
    child.stdout?.on('data', tell);
    child.stderr?.on('data', tell);
    child.on('message', (message) => this.#handle(message as HelperMessage));
    child.on('error', (error) => this.#died(child, error.message));
    child.on('exit', (code, signal) => this.#died(child, `it ended with ${signal ?? `code ${code}`}`));
    return child;
  }

  #handle(message: HelperMessage): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    switch (message.type) {
      case 'progress':
        pending.onProgress?.(message.done, message.total);
        break;
      case 'result':
        pending.resolve(message.result as never);
        break;
      case 'cancelled':
        pending.reject(new vscode.CancellationError());
        break;
      case 'error':
        pending.reject(thrownBy(message.error));
        break;
    }
  }

  #died(child: ChildProcess, why: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    if (this.#pending.size > 0) this.log.error(`The helper process is gone: ${why}`);
    const error = new HumanError(`TextClf's helper process ended unexpectedly (${why}).`, {
      hint: 'Try again; it starts anew.',
    });
    for (const pending of [...this.#pending.values()]) pending.reject(error);
  }

  #stop(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.disconnect();
    for (const pending of [...this.#pending.values()]) pending.reject(new vscode.CancellationError());
  }
}

function send(child: ChildProcess, request: HelperRequest): void {
  // Where the channel is closed, the exit event answers.
  if (child.connected) child.send(request, () => {});
}

function thrownBy({ human, message, hint, place, stack }: HelperError): Error {
  if (human) return new HumanError(message, { ...(hint ? { hint } : {}), ...(place ? { place } : {}) });
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}
