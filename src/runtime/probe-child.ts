import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findings, type Probed, type ProbeTask, probeReply } from './probe-protocol';

export interface ProbeChildOptions {
  /** The bundle of probe-main.ts. */
  readonly file: URL;
  /** Milliseconds after which the process is ended. */
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has a process of its own look for a device.
 *
 * @throws the signal's reason where it was aborted
 */
export function askProbe<Task extends ProbeTask>(
  task: Task,
  { file, patience, signal }: ProbeChildOptions,
): Promise<Probed<Task['type']>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = fork(fileURLToPath(file), [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      child.kill('SIGKILL');
      // One that hangs inside its driver cannot even be killed; nobody waits for it.
      if (child.connected) child.disconnect();
      child.unref();
    };
    const settle = (probed: Probed<Task['type']>) => {
      end();
      resolve(probed);
    };
    const abort = () => {
      end();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const seconds = Math.round(patience / 1000);
    const timer = setTimeout(
      () =>
        settle({ isThere: false, trouble: 'hung', reason: `the driver does not answer (for ${seconds} s)` }),
      patience,
    );
    const died = (how: string) =>
      settle({
        isThere: false,
        trouble: 'crashed',
        reason: `the driver ended the process that used it (${how})`,
      });
    child.once('error', (error) => died(error.message));
    child.once('exit', (code, killer) => died(killer ?? `exit code ${code}`));
    child.once('message', (message) => settle(probedOf(task, message) ?? unknownReply));
    child.send(task, (error) => {
      if (error) died(error.message);
    });
  });
}

const unknownReply = { isThere: false, trouble: 'crashed', reason: 'the driver gave no numbers' } as const;

function probedOf<Task extends ProbeTask>(task: Task, message: unknown): Probed<Task['type']> | undefined {
  const reply = probeReply.safeParse(message).data;
  if (reply?.type === 'failed') {
    const { type: _, ...why } = reply;
    return { isThere: false, trouble: 'missing', ...why };
  }
  const found = findings[task.type].safeParse(reply?.found);
  return found.success ? ({ isThere: true, found: found.data } as Probed<Task['type']>) : undefined;
}
