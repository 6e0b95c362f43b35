import { type ParseError, parse as parseWithPositions } from 'jsonc-parser';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { readLines } from './lines';
import type { FieldValue, RecordReader, WantedColumn } from './record-reader';
import type { RowProblem, RowProblems } from './row-problems';

/**
 * Reads the wanted fields of JSON Lines, see `readJsonObjects`; numbers and booleans become text, also in the lists of
 * columns that may hold them.
 */
export const readJsonLines: RecordReader = (file, chunks, columns, problems, onRecord) =>
  readJsonObjects(file, chunks, problems, (line, fields) => {
    const values = pickFields(fields, columns);
    if (Array.isArray(values)) onRecord(line, values);
    else problems.add({ line, ...values });
  });

/**
 * Reads JSON Lines: one object a line. Blank lines are no rows.
 *
 * @param onObject reading waits for a promise that it returns
 */
export async function readJsonObjects(
  file: string,
  chunks: AsyncIterable<Buffer>,
  problems: RowProblems,
  onObject: (line: number, fields: Record<string, unknown>) => void | Promise<void>,
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

/** A field's value as text; undefined for what is no text, number or truth value. */
export function fieldText(value: unknown): string | undefined {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? String(value) : undefined;
}

const hints = {
  object: 'Each line is one object, like {"text": "…", "label": "…"}.',
  longLine: 'In JSON Lines, each line is one object: a single large array must be split.',
};

type LineProblem = Omit<RowProblem, 'line'>;

function parseObject(text: string): { fields: Record<string, unknown> } | { problem: LineProblem } {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return {
      problem: { column: columnOfError(text), message: 'this line is not valid JSON', hint: hints.object },
    };
  }
  if (kindOf(object) === 'an object') return { fields: object as Record<string, unknown> };
  return { problem: { message: `this line is ${kindOf(object)}, not an object`, hint: hints.object } };
}

function pickFields(
  fields: Record<string, unknown>,
  columns: readonly WantedColumn[],
): FieldValue[] | LineProblem {
  const values: FieldValue[] = [];
  for (const { name: column, mayBeList } of columns) {
    if (!Object.hasOwn(fields, column)) {
      const names = Object.keys(fields);
      return {
        message: `there is no field ${quoteName(column)}`,
        columns: names,
        hint: `${didYouMeanHint(column, names)}This object has: ${listNames(names) || 'no fields'}.`,
      };
    }
    const value = fieldText(fields[column]) ?? (mayBeList ? listTexts(fields[column]) : undefined);
    if (value === undefined) {
      return {
        message: `the field ${quoteName(column)} is ${kindOf(fields[column])}`,
        hint: mayBeList
          ? 'It must be a string or a list of strings; [] is none.'
          : 'It must be a string, a number, true or false.',
      };
    }
    values.push(value);
  }
  return values;
}

/** The texts of a list; undefined for what is none, or holds what is no text. */
export function listTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(fieldText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** JSON.parse's message names a position on some versions of Node only. */
function columnOfError(text: string): number {
  const errors: ParseError[] = [];
  parseWithPositions(text, errors, { disallowComments: true, allowTrailingComma: false });
  return (errors[0]?.offset ?? 0) + 1;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
