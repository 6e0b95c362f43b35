/** Writes single options into the text of an experiment file; comments and all else in it stay as they are. */
import { getNodeValue } from 'jsonc-parser';
import { fixesOf, type TextEdit } from './fixes';
import { placeToWrite } from './options';
import type { Path, Remedy } from './problems';
import { parseSyntax, withoutMark } from './syntax';

export interface WriteOptions {
  /** Whether each line that is not changed keeps its number, even if it looks worse. */
  keepLines?: boolean;
}

/**
 * The text with another value for an option, which it need not mention so far.
 *
 * @returns undefined where there is no place for it: what it belongs in is no object here
 */
export function withOption(
  text: string,
  path: readonly string[],
  value: unknown,
  options: WriteOptions = {},
): string | undefined {
  const { tree } = parseSyntax(withoutMark(text));
  const home = tree && placeToWrite(getNodeValue(tree), path);
  if (!home) return undefined;
  const { object, key } = home;
  const next = home.wrap(value);
  if (Object.hasOwn(object, key) && JSON.stringify(object[key]) === JSON.stringify(next)) return text;
  return applied(text, fixOf(text, [...home.path, key], { type: 'set', values: [next] }), options);
}

/** The text without an option; as it was where it does not mention it. */
export function withoutOption(text: string, path: Path, options: WriteOptions = {}): string {
  return applied(text, fixOf(text, path, { type: 'remove' }), options);
}

/** What a remedy for what is at a path does to the text; nothing where there is nothing to do. */
function fixOf(text: string, path: Path, remedy: Remedy): TextEdit[] {
  const problem = { severity: 'error', message: '', place: { file: '' }, path, remedies: [remedy] } as const;
  return fixesOf(text, [problem])[0]![0]?.edits ?? [];
}

function applied(text: string, edits: readonly TextEdit[], { keepLines = false }: WriteOptions): string {
  return [...edits]
    .sort((a, b) => b.offset - a.offset)
    .reduce((result, { offset, length, text: inserted }) => {
      const end = offset + length;
      const breaks = result.slice(offset, end).match(lineBreaks) ?? [];
      const between = keepLines ? inserted.replace(lineBreaks, ' ') + breaks.join('') : inserted;
      return result.slice(0, offset) + between + result.slice(end);
    }, text);
}

const lineBreaks = /\r\n|\n|\r/g;
