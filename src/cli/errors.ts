import { CommanderError } from 'commander';
import { formatError, HumanError } from '../protocol/human-error';
import { harmlessLines } from './format/harmless';
import type { Terminal } from './terminal';

export const exitCodes = { fine: 0, mistake: 1, bug: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const bugHint = 'This is a bug in textclf, not your mistake. Please report it with the lines above.';

/** A mistake that the command has shown already, in its own way. */
export class ReportedMistake extends Error {}

/** Shows what ended a command, for a person or as JSON, and gives the exit code. */
export function reportError(thrown: unknown, terminal: Terminal, asJson: boolean): ExitCode {
  if (thrown instanceof ReportedMistake) return exitCodes.mistake;
  const error = asMistake(thrown);
  const isMistake = error instanceof HumanError;
  const printsJson = asJson && !terminal.closed;
  if (printsJson) terminal.printJson({ error: errorToJson(error) });
  if (!isMistake) terminal.note(`${harmlessLines(formatError(error))}\n\n${bugHint}`);
  else if (!printsJson) terminal.note(harmlessLines(`error: ${formatError(error)}`));
  return isMistake ? exitCodes.mistake : exitCodes.bug;
}

/** An error for programs; keys without a value are left out. */
function errorToJson(error: unknown): Record<string, unknown> {
  if (!(error instanceof HumanError)) {
    return { message: error instanceof Error ? error.message : String(error), hint: bugHint, bug: true };
  }
  return { message: error.message, hint: error.hint, ...error.place };
}

/** Wrong arguments are a person's mistake too. */
function asMistake(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [message = '', ...hints] = error.message.replace(/^error: /, '').split('\n');
  return new HumanError(message, {
    hint: hints.join('\n') || 'See textclf --help, or textclf COMMAND --help.',
    cause: error,
  });
}
