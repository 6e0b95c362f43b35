import { formatPlace, HumanError } from '../protocol/human-error';
import type { WorkLine } from '../protocol/work';
import { ReportedMistake } from './errors';
import type { Terminal } from './terminal';

/**
 * Does work that can be interrupted and ends with a line for programs: `done` with what it gives, or `failed`.
 *
 * @throws ReportedMistake where it failed; whatever is no HumanError as it is
 */
export async function withWorkLines(
  terminal: Terminal,
  work: (print: (line: WorkLine) => void) => Promise<Record<string, unknown>>,
): Promise<void> {
  const print = (line: WorkLine) => terminal.printJson(line);
  try {
    print({ type: 'done', ...(await work(print)) });
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    const { place, message, hint } = error;
    const text = place ? `${formatPlace(place)}: ${message}` : message;
    print({ type: 'failed', message: text, ...(hint ? { hint } : {}) });
    throw new ReportedMistake();
  }
}

/**
 * What a person stopped is no bug.
 *
 * @param message says what was stopped, and what is left of it
 */
export function asStopped(error: unknown, signal: AbortSignal, message: string): unknown {
  return signal.aborted ? new HumanError(message, { cause: error }) : error;
}
