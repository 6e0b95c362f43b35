import { type ParseError, parse as parseWithPositions } from 'jsonc-parser';
import { readUtf8 } from './encoding';
import { type FieldProblem, isProblem, pickFields, plainKindOf } from './field-values';
import { readLines } from './lines';
import type { RecordReader } from './record-reader';
import type { RowProblems } from './row-problems';

/**
 * Reads the wanted fields of JSON Lines, see `readJsonLines`; numbers and booleans become text, also in the lists of
 * columns that may hold them.
 */
export const jsonLinesReader: RecordReader = (data, reading, columns, problems, onRecord) =>
  readJsonLines(data.file, readUtf8(data, reading), problems, (line, fields) => {
    const values = pickFields(fields, columns);
    if (!isProblem(values)) return onRecord(line, values);
    problems.add({ line, ...values });
  });

/** @returns what reading waits for */
export type OnObject = (line: number, fields: Record<string, unknown>) => void | Promise<void>;

/** Reads JSON Lines: one object a line. Blank lines are no rows. */
export async function readJsonLines(
  file: string,
  chunks: AsyncIterable<Buffer>,
  problems: RowProblems,
  onObject: OnObject,
): Promise<void> {
  for await (const { line, text } of readLines(file, chunks, hints.longLine)) {
    if (text.trim() === '') continue;
    const found = parseObject(text);
    if ('problem' in found) {
      problems.add({ line, ...found.problem });
      continue;
    }
    const waiting = onObject(line, found.fields);
    if (waiting) await waiting;
  }
}

const hints = {
  object: 'Each line is one object, like {"text": "…", "label": "…"}.',
  list: 'In JSON Lines, each line is one object. For a list of objects, set data.format to "json".',
  longLine: 'In JSON Lines, each line is one object. For a single large list, set data.format to "json".',
};

function parseObject(text: string): { fields: Record<string, unknown> } | { problem: FieldProblem } {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    const hint = /^\s*\[/.test(text) ? hints.list : hints.object;
    return { problem: { column: columnOfError(text), message: 'this line is not valid JSON', hint } };
  }
  const kind = plainKindOf(object);
  if (kind === 'an object') return { fields: object as Record<string, unknown> };
  const hint = kind === 'a list' ? hints.list : hints.object;
  return { problem: { message: `this line is ${kind}, not an object`, hint } };
}

/** JSON.parse's message names a position on some versions of Node only. */
function columnOfError(text: string): number {
  const errors: ParseError[] = [];
  try {
    parseWithPositions(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // It calls itself for each bracket that is open; what it has found until the stack was full stands.
  }
  return (errors[0]?.offset ?? 0) + 1;
}
