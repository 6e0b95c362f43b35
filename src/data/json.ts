import { HumanError } from '../protocol/human-error';
import { placeOfByte, readUtf8 } from './encoding';
import { isProblem, kindOf, pickFields, plainKindOf } from './field-values';
import { JsonListError, JsonListParser, listForm } from './json-list';
import type { OnObject } from './jsonl';
import type { RecordReader } from './record-reader';
import type { RowProblems } from './row-problems';

/** Reads the wanted fields of a JSON file's objects, see `readJsonList`. */
export const jsonReader: RecordReader = (data, reading, columns, problems, onRecord) =>
  readJsonList(
    data.file,
    () => readUtf8(data),
    readUtf8(data, reading),
    problems,
    (line, fields) => {
      const values = pickFields(fields, columns);
      if (!isProblem(values)) return onRecord(line, values);
      problems.add({ line, ...values });
    },
  );

/**
 * Reads a list of objects, or an object one property of which is the list: as a stream, so that no more than a
 * megabyte of it is in memory.
 *
 * @param again gives the text from its beginning, to find the place of a mistake
 * @param problems receives what is in the list but no object
 * @throws HumanError for what is no such list, and for invalid JSON
 */
export async function readJsonList(
  file: string,
  again: () => AsyncIterable<Buffer>,
  chunks: AsyncIterable<Buffer>,
  problems: RowProblems,
  onObject: OnObject,
): Promise<void> {
  const list = new JsonListParser();
  const located = async (error: unknown) => {
    if (!(error instanceof JsonListError)) return error;
    const place = await placeOfByte(file, again(), error.offset);
    return new HumanError(error.message, { place, hint: error.hint });
  };
  for await (const chunk of chunks) {
    // What stands before a mistake is read all the same.
    const failure = list.write(chunk);
    for (const { line, value } of list.take()) {
      if (kindOf(value) === 'an object') {
        const waiting = onObject(line, value as Record<string, unknown>);
        if (waiting) await waiting;
      } else {
        const message = `this is ${plainKindOf(value)}, where an object should be`;
        problems.add({ line, message, hint: listForm });
      }
    }
    if (failure) throw await located(failure);
  }
  const failure = list.end();
  if (failure) throw await located(failure);
}
