import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { HumanError, type Place } from '../protocol/human-error';

const placePattern = /^(?<file>.+?)(?::(?<line>\d+)(?::(?<column>\d+))?)?$/;

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

/** What to do about it without the lines that are for a terminal, where a button does the same. */
export function hintWithoutCommands({ hint = '' }: HumanError): string {
  const lines = hint.split('\n').filter((line) => !/\btextclf train /.test(line));
  return lines.join('\n');
}

/** `file:line:column: message`, with the line and the column or without. A file's name may have colons itself. */
function placeOf(text: string, root: string): { place?: Place; message: string } {
  for (const { index } of text.matchAll(/: /g)) {
    const { file, line, column } = placePattern.exec(text.slice(0, index))?.groups ?? {};
    if (!file || !isFile(resolve(root, file))) continue;
    const place = {
      file: resolve(root, file),
      ...(line ? { line: Number(line) } : {}),
      ...(column ? { column: Number(column) } : {}),
    };
    return { place, message: text.slice(index + 2) };
  }
  return { message: text };
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
