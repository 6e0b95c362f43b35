import { HumanError } from '../protocol/human-error';
import { parseWorkLine, type WorkDone, type WorkFailed, type WorkProgress } from '../protocol/work';
import { type CliChild, runCliChild } from './cli-child';

export interface CliWork extends CliChild {
  onProgress: (progress: WorkProgress) => void;
  /** Whatever else the process prints. */
  onLine?: (line: string) => void;
}

/** Of what a process prints before it dies, so many lines tell why. */
export const toldLines = 5;

/**
 * Runs a command of the command line that tells under `--json` how far it is.
 *
 * @returns what came of it; undefined where the signal was aborted
 * @throws HumanError for what a person can mend, Error where the process broke
 */
export async function runCli(work: CliWork): Promise<WorkDone | undefined> {
  const { args, signal, onProgress, onLine = () => {} } = work;
  let end: WorkDone | WorkFailed | undefined;
  const others: string[] = [];
  const tell = (line: string) => {
    onLine(line);
    others.push(line);
  };
  const code = await runCliChild(work, {
    onOutput(text) {
      const line = parseWorkLine(text);
      if (!line) tell(text);
      else if (line.type === 'progress') onProgress(line);
      else end = line;
    },
    onError: tell,
  });
  if (end?.type === 'done') return end;
  if (signal.aborted) return undefined;
  if (end) throw new HumanError(end.message, end.hint === undefined ? {} : { hint: end.hint });
  throw new Error(`${args[0]} ended with ${code}: ${others.slice(-toldLines).join('\n')}`);
}
