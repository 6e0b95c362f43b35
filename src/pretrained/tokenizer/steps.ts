import * as z from 'zod';
import { HumanError } from '../../protocol/human-error';
import type { Step } from './json';

/** What the table makes of a step of a tokenizer, or an error that says which step it is and what of it is wrong. */
export function steps<Made>(table: Record<string, (step: Step) => Made>, part: string, step: Step): Made {
  const make = Object.hasOwn(table, step.type) ? table[step.type] : undefined;
  if (!make) {
    throw new HumanError(`The ${part} "${step.type}" of this tokenizer is not known here.`, {
      hint: `Known are: ${Object.keys(table).join(', ')}. Choose an encoder whose tokenizer.json has one of these.`,
    });
  }
  try {
    return make(step);
  } catch (cause) {
    // A pattern that is no regular expression is a SyntaxError.
    if (!(cause instanceof z.ZodError || cause instanceof SyntaxError)) throw cause;
    const why = cause instanceof z.ZodError ? firstProblem(cause) : cause.message;
    throw new HumanError(`The ${part} "${step.type}" is damaged: ${why}`, { cause });
  }
}

/** What is wrong first, and where. */
export function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  return `${where}${issue.message}`;
}
