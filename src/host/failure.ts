import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HumanError, type Place } from '../protocol/human-error';

/**
 * What a training process said of its failure (`formatError`), taken apart again: the file it names can be opened.
 *
 * @param root where relative paths start
 */
export function failureOf(text: string, root: string): HumanError {
  const [first = '', ...rest] = text.split('\n');
  const hint = rest.map((line) => line.trim()).join('\n');
  const { place, message } = placeOf(first, root);
  return new HumanError(message, { ...(place ? { place } : {}), ...(hint ? { hint } : {}) });
}

/** `file:line:column: message`, with the line and the column or without. */
function placeOf(text: string, root: string): { place?: Place; message: string } {
  const { file, line, column, message } =
    /^(?<file>.+?)(?::(?<line>\d+)(?::(?<column>\d+))?)?: (?<message>.*)$/.exec(text)?.groups ?? {};
  if (!file || !message || !existsSync(resolve(root, file))) return { message: text };
  const place = {
    file: resolve(root, file),
    ...(line ? { line: Number(line) } : {}),
    ...(column ? { column: Number(column) } : {}),
  };
  return { place, message };
}
