import { type ParseError, parse as parseWithPositions } from 'jsonc-parser';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { longestRecordBytes, type RecordReader } from './record-reader';
import type { RowProblem } from './row-problems';

/** Reads JSON Lines: one object a line. Blank lines are no rows; numbers and booleans become text. */
export const readJsonLines: RecordReader = async (file, chunks, columns, problems, onRecord) => {
  for await (const { line, text } of readLines(file, chunks)) {
    if (text.trim() === '') continue;
    const values = readObject(text, columns);
    if (Array.isArray(values)) onRecord(line, values);
    else problems.add({ line, ...values });
  }
};

async function* readLines(file: string, chunks: AsyncIterable<Buffer>) {
  let line = 1;
  let rest = '';
  for await (const chunk of chunks) {
    const text = chunk.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield { line, text: rest + text.slice(start, end) };
      rest = '';
      line++;
      start = end + 1;
    }
    rest += text.slice(start);
    if (rest.length > longestRecordBytes) {
      throw new HumanError(`this line is longer than ${longestRecordBytes >> 20} MiB`, {
        place: { file, line },
        hint: 'In JSON Lines, each line is one object: a single large array must be split.',
      });
    }
  }
  yield { line, text: rest };
}

function readObject(text: string, columns: readonly string[]): string[] | Omit<RowProblem, 'line'> {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return {
      column: columnOfError(text),
      message: 'this line is not valid JSON',
      hint: 'Each line is one object, like {"text": "…", "label": "…"}.',
    };
  }
  if (kindOf(object) !== 'an object') {
    return {
      message: `this line is ${kindOf(object)}, not an object`,
      hint: 'Each line is one object, like {"text": "…", "label": "…"}.',
    };
  }
  const fields = object as Record<string, unknown>;
  const values: string[] = [];
  for (const column of columns) {
    if (!Object.hasOwn(fields, column)) {
      const names = Object.keys(fields);
      return {
        message: `there is no field ${quoteName(column)}`,
        hint: `${didYouMeanHint(column, names)}This object has: ${listNames(names) || 'no fields'}.`,
      };
    }
    const value = fields[column];
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      return {
        message: `the field ${quoteName(column)} is ${kindOf(value)}`,
        hint: 'It must be a string, a number, true or false.',
      };
    }
    values.push(String(value));
  }
  return values;
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
