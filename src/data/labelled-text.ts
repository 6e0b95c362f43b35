import type { DataFormat } from '../protocol/data-formats';
import { quoteName } from '../protocol/did-you-mean';
import { fieldsAt, writeField } from './csv-fields';
import { labelPrefix, parseFastText } from './fasttext-line';
import { isProblem, pickFields } from './field-values';
import { type JsonObject, objectAt, writeList, writeText } from './json-fields';
import { type LabelOptions, labelFields } from './label-fields';
import { relabelled } from './new-labels';
import type { FieldValue, WantedColumn } from './record-reader';

/** Another text for a part of a text. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** A record where it stands in its file's text. */
export interface LabelledRecord {
  text: string;
  labels: string[];
  /** Where its label stands; of one column a label, the first of them. */
  start: number;
  end: number;
  /** What gives it other labels and changes nothing else, or why nothing can. */
  relabel(labels: readonly string[]): TextEdit[] | { reason: string };
}

export interface LabelledTextOptions extends LabelOptions {
  format: TextFormat;
  text: string | readonly string[];
}

/** Formats of records in a text. */
export type TextFormat = Exclude<DataFormat, 'parquet' | 'folder'>;

/** A field of a record, and how it is written with another value. */
export interface Field {
  start: number;
  end: number;
  value: FieldValue;
  /** @returns undefined where the format cannot say it */
  write(value: FieldValue): string | undefined;
}

/** The records that start on a line, each with its wanted fields, in the columns' order. */
type Finder = (text: LinedText, line: number, columns: readonly WantedColumn[]) => Field[][];

/** A file's text with its lines. */
interface LinedText {
  readonly source: string;
  /** Where a line starts, from 1; undefined beyond the end. */
  offsetOf(line: number): number | undefined;
}

const finders: Record<TextFormat, () => Finder> = {
  csv: () => delimitedFinder(','),
  tsv: () => delimitedFinder('\t'),
  jsonl: () => findJsonLine,
  json: () => findJsonObjects,
  fasttext: () => findFastText,
};

/** The text of a data file as an editor has it, without a byte-order mark: finds its records, to change their labels. */
export class LabelledText implements LinedText {
  readonly #starts: number[] = [0];
  readonly #find: Finder;
  readonly #records = new Map<number, LabelledRecord[]>();

  constructor(
    readonly source: string,
    private readonly options: LabelledTextOptions,
  ) {
    this.#find = finders[options.format]();
    for (const { index, 0: lineBreak } of source.matchAll(/\r\n?|\n/g))
      this.#starts.push(index + lineBreak.length);
  }

  offsetOf(line: number): number | undefined {
    return this.#starts[line - 1];
  }

  /** The records that start on a line: none, one, or in JSON several. */
  recordsAt(line: number): LabelledRecord[] {
    const known = this.#records.get(line);
    if (known) return known;
    const { options } = this;
    const textColumns = typeof options.text === 'string' ? [options.text] : options.text;
    const labels = labelFields(options);
    const columns = [...textColumns.map((name) => ({ name })), ...labels.columns];
    const records = this.#find(this, line, columns).flatMap((fields): LabelledRecord[] => {
      const ofText = fields.slice(0, textColumns.length);
      const ofLabels = fields.slice(textColumns.length);
      const read = labels.read(ofLabels.map(({ value }) => value));
      if (!Array.isArray(read)) return [];
      const { start, end } = ofLabels[0]!;
      const text = ofText.map(({ value }) => value).join('\n');
      return [{ text, labels: read, start, end, relabel: (wanted) => editsOf(ofLabels, wanted, options) }];
    });
    this.#records.set(line, records);
    return records;
  }
}

/** The fields that change, each written anew. */
function editsOf(
  fields: readonly Field[],
  labels: readonly string[],
  options: LabelOptions,
): TextEdit[] | { reason: string } {
  const values = relabelled(
    fields.map(({ value }) => value),
    labels,
    options,
  );
  if ('reason' in values) return values;
  const edits: TextEdit[] = [];
  for (const [i, field] of fields.entries()) {
    const value = values[i]!;
    if (value === field.value) continue;
    const text = field.write(value);
    if (text === undefined) {
      return { reason: `this file's format has no way to write the label ${quoteName(labels.join(', '))}` };
    }
    edits.push({ start: field.start, end: field.end, text });
  }
  return edits;
}

function delimitedFinder(delimiter: ',' | '\t'): Finder {
  let positions: { indices: number[]; width: number } | undefined;
  return (text, line, columns) => {
    positions ??= headerOf(text.source, delimiter, columns);
    const offset = text.offsetOf(line);
    const found = offset === undefined ? undefined : fieldsAt(text.source, offset, delimiter);
    if (!found || found.fields.length !== positions.width) return [];
    const fields = positions.indices.map((index) => found.fields[index]);
    if (fields.some((field) => field === undefined)) return [];
    return [
      fields.map((field) => ({ ...field!, write: (value) => writeField(field!, String(value), delimiter) })),
    ];
  };
}

/** The first record that is not blank names the columns. */
function headerOf(source: string, delimiter: string, columns: readonly WantedColumn[]) {
  for (let offset = 0; offset < source.length; ) {
    const record = fieldsAt(source, offset, delimiter);
    if (!record) break;
    const names = record.fields.map(({ value }) => value.trim());
    if (names.length > 1 || names[0] !== '') {
      return { indices: columns.map(({ name }) => names.indexOf(name)), width: names.length };
    }
    offset = record.end + (source.startsWith('\r\n', record.end) ? 2 : 1);
  }
  return { indices: [-1], width: -1 };
}

/** A line, without what ends it. */
function lineAt(text: LinedText, line: number): { start: number; contents: string } | undefined {
  const start = text.offsetOf(line);
  if (start === undefined) return undefined;
  const next = text.offsetOf(line + 1) ?? text.source.length;
  return { start, contents: text.source.slice(start, next).replace(/[\r\n]+$/, '') };
}

const findJsonLine: Finder = (text, line, columns) => {
  const found = lineAt(text, line);
  if (!found) return [];
  const padding = found.contents.length - found.contents.trimStart().length;
  const object = objectAt(found.contents.trimEnd(), padding);
  // Something after it makes the line none of JSON Lines.
  if (!object || object.end < found.contents.trimEnd().length) return [];
  const fields = jsonFields(object, columns, found.start);
  return fields ? [fields] : [];
};

/** Objects in objects are none: what is inside of one that was found is passed over. */
const findJsonObjects: Finder = (text, line, columns) => {
  const found = lineAt(text, line);
  if (!found) return [];
  const records: Field[][] = [];
  const end = found.start + found.contents.length;
  for (
    let at = text.source.indexOf('{', found.start);
    at >= 0 && at < end;
    at = text.source.indexOf('{', at)
  ) {
    const object = objectAt(text.source, at);
    const fields = object && jsonFields(object, columns, 0);
    if (fields) records.push(fields);
    at = fields ? object!.end : at + 1;
  }
  return records;
};

/** @param offset where the text that the object was found in starts */
function jsonFields(
  object: JsonObject,
  columns: readonly WantedColumn[],
  offset: number,
): Field[] | undefined {
  const values = pickFields(object.value, columns);
  if (isProblem(values)) return undefined;
  return columns.map(({ name }, i) => {
    const value = object.valueOf(name)!;
    return {
      start: offset + value.start,
      end: offset + value.end,
      value: values[i]!,
      write: (texts) =>
        typeof texts === 'string' ? writeText(texts, [value.node]) : writeList(texts, value),
    };
  });
}

/** Columns have no meaning: the first is the text, the other one the labels. */
const findFastText: Finder = (text, line, columns) => {
  const found = lineAt(text, line);
  if (!found || found.contents.trim() === '') return [];
  const { labels, text: contents } = parseFastText(found.contents);
  const several = columns.at(-1)!.mayBeList;
  if (labels.includes('') || (!several && labels.length !== 1)) return [];
  const head = found.contents.slice(0, found.contents.length - contents.length);
  const end = found.start + head.length;
  const write = (value: FieldValue) => {
    const written = [value].flat();
    if (written.some((label) => /\s/.test(label))) return undefined;
    if (written.length === 0) return '';
    const labelled = written.map((label) => labelPrefix + label).join(' ');
    if (head === '') return /^\s/.test(contents) ? undefined : `${labelled} `;
    return head.replace(head.trim(), () => labelled);
  };
  return [
    [
      { start: end, end: found.start + found.contents.length, value: contents, write: () => undefined },
      { start: found.start, end, value: several ? labels : labels[0]!, write },
    ],
  ];
};
