import { spawn } from 'node:child_process';
import { childEnvironment } from './child-environment';
import { hearChild } from './hear-child';

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
  let killing: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGINT');
    killing = setTimeout(() => child.kill('SIGKILL'), patience);
  };
  try {
    return await hearChild(child, { onOutput, onError, signal, stop });
  } finally {
    clearTimeout(killing);
  }
}
