import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HumanError } from '../protocol/human-error';
import { parseWorkLine, type WorkDone, type WorkFailed, type WorkProgress } from '../protocol/work';
import { childEnvironment } from './child-environment';

export interface CliWork {
  /** The path of dist/cli.js. */
  cli: string;
  args: readonly string[];
  folder: string;
  /** Beside that of the extension. What is secret belongs here: arguments can be seen by every program. */
  env?: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onProgress: (progress: WorkProgress) => void;
  /** Who does not stop when asked is ended after this long (milliseconds). */
  patience?: number;
  /** Whatever else the process prints. */
  onLine?: (line: string) => void;
}

/** Of what a process prints before it dies, so many lines tell why. */
const toldLines = 5;

/**
 * Runs a command of the command line that tells under `--json` how far it is.
 *
 * @returns what came of it; undefined where the signal was aborted
 * @throws HumanError for what a person can mend, Error where the process broke
 */
export async function runCli(work: CliWork): Promise<WorkDone | undefined> {
  const { cli, args, folder, env = {}, signal, patience = 5_000, onProgress, onLine = () => {} } = work;
  if (signal.aborted) return undefined;
  const child = spawn(process.execPath, [cli, ...args, '--json'], {
    cwd: folder,
    env: { ...childEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let end: WorkDone | WorkFailed | undefined;
  const others: string[] = [];
  const tell = (line: string) => {
    onLine(line);
    others.push(line);
  };
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parseWorkLine(text);
    if (!line) tell(text);
    else if (line.type === 'progress') onProgress(line);
    else end = line;
  });
  createInterface({ input: child.stderr }).on('line', tell);
  let killing: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGINT');
    killing = setTimeout(() => child.kill('SIGKILL'), patience);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (end?.type === 'done') return end;
    if (signal.aborted) return undefined;
    if (end) throw new HumanError(end.message, end.hint === undefined ? {} : { hint: end.hint });
    throw new Error(`${args[0]} ended with ${code}: ${others.slice(-toldLines).join('\n')}`);
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(killing);
  }
}
