/** JSON with comments and trailing commas, read into a tree that remembers where everything stands. */
import { createScanner, type Node, type ParseErrorCode, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Path } from './problems';

/** A mistake at a stretch of the text, in UTF-16 code units. */
export interface SyntaxProblem {
  message: string;
  hint?: string;
  offset: number;
  length: number;
  path: Path;
}

export type SyntaxResult =
  | { tree: Node; problems: SyntaxProblem[] }
  | { tree?: never; problems: SyntaxProblem[] };

/** An experiment nests five deep; this guards the recursive parser against hostile files. */
const DEEPEST = 64;

type Explanation = { message: string; hint?: string };

const explanations: { [code in keyof typeof ParseErrorCode]: Explanation } = {
  InvalidSymbol: {
    message: 'This is not a JSON value.',
    hint: 'Texts stand in double quotes; other values are numbers, true, false, null, [ … ] and { … }.',
  },
  InvalidNumberFormat: { message: 'This is not a number that JSON knows.' },
  PropertyNameExpected: {
    message: 'A key is expected here.',
    hint: 'Keys stand in double quotes: "epochs": 5.',
  },
  ValueExpected: {
    message: 'A value is missing here.',
    hint: 'Write one: a text in double quotes, a number, true, false, null, [ … ] or { … }.',
  },
  ColonExpected: { message: 'A colon is missing before this.', hint: 'Write "key": value.' },
  CommaExpected: { message: 'A comma is missing before this.' },
  CloseBraceExpected: { message: 'A closing brace } is missing.' },
  CloseBracketExpected: { message: 'A closing bracket ] is missing.' },
  EndOfFileExpected: {
    message: 'The experiment has ended before this.',
    hint: 'Remove what follows its closing brace.',
  },
  InvalidCommentToken: { message: 'A comment is not allowed here.' },
  UnexpectedEndOfComment: { message: 'This comment is not closed.', hint: 'End it with */.' },
  UnexpectedEndOfString: {
    message: 'This text is not closed on its line.',
    hint: 'End it with a double quote; write a line break inside it as \\n.',
  },
  UnexpectedEndOfNumber: { message: 'This number breaks off.' },
  InvalidUnicode: {
    message: 'This \\u escape is not complete.',
    hint: 'Write \\u and four hexadecimal digits.',
  },
  InvalidEscapeCharacter: {
    message: 'This text has a backslash that JSON does not know.',
    hint: 'Write a backslash as \\\\; in paths, / works everywhere.',
  },
  InvalidCharacter: {
    message: 'This text has an unprintable character.',
    hint: 'Write a tab as \\t, others as \\u and four hexadecimal digits.',
  },
};

/**
 * Reads the text of a file. Without a tree, the text is no JSON and the problems say why; with a tree,
 * the problems are keys that stand twice.
 */
export function parseSyntax(text: string): SyntaxResult {
  const tooDeep = findTooDeep(text);
  if (tooDeep !== undefined) {
    return { problems: [{ message: 'Brackets nest too deep here.', offset: tooDeep, length: 1, path: [] }] };
  }
  const errors: { error: ParseErrorCode; offset: number; length: number }[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const codes = errors.map(({ error }) => printParseErrorCode(error));
  if (!tree && codes.every((code) => code === 'ValueExpected') && isBlank(text)) {
    const message = 'The experiment file is empty.';
    const hint = 'Start with { "data": { "train": "train.csv" }, "model": { "type": "lstm" } }.';
    return { problems: [{ message, hint, offset: 0, length: 0, path: [] }] };
  }
  if (!tree || errors.length > 0) return { problems: errors.map(explain) };
  return { tree, problems: repeatedKeys(tree, []) };
}

/** Editors don't show a byte-order mark, so it must not count as a column either. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Of the mistakes of `parseSyntax`, those that any JSON parser finds: editors mark them by themselves. */
export function jsonMistakes(text: string): SyntaxProblem[] {
  return isBlank(text) || findTooDeep(text) !== undefined ? [] : parseSyntax(text).problems;
}

function explain({ error, offset, length }: { error: ParseErrorCode; offset: number; length: number }) {
  const code = printParseErrorCode(error);
  const explanation =
    code === '<unknown ParseErrorCode>' ? { message: 'This is not valid JSON.' } : explanations[code];
  return { ...explanation, offset, length, path: [] };
}

function isBlank(text: string): boolean {
  const scanner = createScanner(text, true);
  scanner.scan();
  return scanner.getTokenOffset() >= text.length;
}

function findTooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const first = text[scanner.getTokenOffset()];
    if (first === '{' || first === '[') depth++;
    if (first === '}' || first === ']') depth--;
    if (depth > DEEPEST) return scanner.getTokenOffset();
  }
  return undefined;
}

/** Keys that stand twice in an object: JSON readers silently take the last. */
function repeatedKeys(node: Node, path: Path): SyntaxProblem[] {
  const seen = new Set<string>();
  return (node.children ?? []).flatMap((child, position) => {
    if (child.type !== 'property') return repeatedKeys(child, [...path, position]);
    const [key, value] = child.children as [Node, Node];
    const name: string = key.value;
    const at = { offset: key.offset, length: key.length, path: [...path, name] };
    const inside = repeatedKeys(value, at.path);
    if (seen.has(name)) {
      const message = `The key ${JSON.stringify(name)} stands twice in the same object.`;
      return [{ message, hint: 'Remove one of the two.', ...at }, ...inside];
    }
    seen.add(name);
    return inside;
  });
}
