import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { childEnvironment } from './child-environment';

export interface CliChild {
  /** The path of dist/cli.js. */
  cli: string;
  args: readonly string[];
  folder: string;
  /** Beside that of the extension. What is secret belongs here: arguments can be seen by every program. */
  env?: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Who does not stop when asked is ended after this long (milliseconds). */
  patience?: number;
}

/**
 * Runs a command of the command line, and hears each line that it prints.
 *
 * @returns its exit code; null where it was ended
 */
export async function runCliChild(
  { cli, args, folder, env = {}, signal, patience = 5_000 }: CliChild,
  { onOutput, onError }: Record<'onOutput' | 'onError', (line: string) => void>,
): Promise<number | null> {
  if (signal.aborted) return null;
  const child = spawn(process.execPath, [cli, ...args, '--json'], {
    cwd: folder,
    env: { ...childEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  createInterface({ input: child.stdout }).on('line', onOutput);
  createInterface({ input: child.stderr }).on('line', onError);
  let killing: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGINT');
    killing = setTimeout(() => child.kill('SIGKILL'), patience);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(killing);
  }
}
