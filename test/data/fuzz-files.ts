/** Valid data files of every format, ways to damage them, and how many rows there are by another way than the readers'. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Random } from '../../src/data/random';

export type FuzzFormat = 'csv' | 'tsv' | 'jsonl' | 'json' | 'fasttext' | 'parquet';

export interface FuzzFile {
  format: FuzzFormat;
  gzipped: boolean;
  bytes: Buffer;
}

export const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)]!;

const pieces = [
  'a',
  'good film',
  ' ',
  ',',
  '\t',
  '"',
  '\n',
  '\r\n',
  'é',
  '好',
  '😀',
  '\\',
  '0',
  "'",
  '{',
  ']',
  'null',
  '__label__',
];
const textOf = (random: Random) =>
  `x${Array.from({ length: random.integer(10) }, () => pick(random, pieces)).join('')}`;

export interface FuzzRow {
  text: string;
  label: string;
}

export function randomRows(random: Random, most = 25): FuzzRow[] {
  return Array.from({ length: 1 + random.integer(most) }, () => ({
    text: textOf(random),
    label: pick(random, ['ham', 'spam']),
  }));
}

const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;

/** One record of a format, without what separates it from the next one. */
export const recordOf: Record<Exclude<FuzzFormat, 'parquet'>, (row: FuzzRow) => string> = {
  csv: ({ text, label }) => `${quoted(text)},${label},7`,
  tsv: ({ text, label }) => `${quoted(text)}\t${label}\t7`,
  jsonl: (row) => JSON.stringify({ ...row, other: [1, { a: null }] }),
  json: (row) => JSON.stringify({ ...row, other: [1, { a: null }] }),
  fasttext: ({ text, label }) => `__label__${label} ${text.replace(/[\r\n]+/g, ' ')}`,
};

export function fileOf(format: Exclude<FuzzFormat, 'parquet'>, records: readonly string[]): string {
  if (format === 'json') return `[\n${records.join(',\n')}\n]\n`;
  const header = { csv: 'text,label,other\n', tsv: 'text\tlabel\tother\n', jsonl: '', fasttext: '' }[format];
  return `${header}${records.join('\n')}\n`;
}

export const parquetFiles = [
  'none',
  'snappy',
  'gzip',
  'brotli',
  'zstd',
  'lz4',
  'groups',
  'pages-v2',
  'delta',
  'nulls',
  'class-label',
].map((name) => readFileSync(join(import.meta.dirname, `../fixtures/parquet/${name}.parquet`)));

export function randomFile(random: Random): FuzzFile {
  const format = pick(random, ['csv', 'tsv', 'jsonl', 'json', 'fasttext', 'parquet'] as const);
  if (format === 'parquet') return { format, gzipped: false, bytes: pick(random, parquetFiles) };
  const contents = fileOf(format, randomRows(random).map(recordOf[format]));
  const wide = random.next() < 0.1;
  const plain = wide ? Buffer.from(`\uFEFF${contents}`, 'utf16le') : Buffer.from(contents);
  const gzipped = random.next() < 0.2;
  return { format, gzipped, bytes: gzipped ? gzipSync(plain) : plain };
}

const spans = [
  '"',
  '""',
  ',',
  '\t',
  '\n',
  '\r',
  '{',
  '}',
  '[',
  ']',
  ':',
  'null',
  '\\',
  '\\u12',
  '\0',
  '\uFEFF',
  '__label__',
  '-1',
  'é',
  '"text":',
  '__proto__',
];

type Damage = (random: Random, bytes: Buffer) => Buffer;

const cut = (bytes: Buffer, from: number, to: number, put: Buffer = Buffer.alloc(0)) =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);

const damages: Damage[] = [
  // A byte dropped, flipped, or another one put in.
  (random, bytes) => {
    const at = random.integer(bytes.length);
    return cut(bytes, at, at + 1);
  },
  (random, bytes) => {
    const at = random.integer(bytes.length);
    return cut(bytes, at, at + 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << random.integer(8))]));
  },
  (random, bytes) => {
    const at = random.integer(bytes.length + 1);
    return cut(bytes, at, at, Buffer.from([random.integer(256)]));
  },
  // A quote lost, where there is one.
  (random, bytes) => {
    const at = bytes.indexOf('"', random.integer(bytes.length));
    return at < 0 ? bytes : cut(bytes, at, at + 1);
  },
  // Something put in that means something in some format.
  (random, bytes) => {
    const at = random.integer(bytes.length + 1);
    return cut(bytes, at, at + random.integer(3), Buffer.from(pick(random, spans)));
  },
  // Cut off; a part missing; a part twice.
  (random, bytes) => bytes.subarray(0, random.integer(bytes.length + 1)),
  (random, bytes) => {
    const from = random.integer(bytes.length);
    return cut(bytes, from, from + random.integer(60));
  },
  (random, bytes) => {
    const from = random.integer(bytes.length);
    return cut(bytes, from, from, bytes.subarray(from, from + random.integer(60)));
  },
  // A run of one byte.
  (random, bytes) => {
    const from = random.integer(bytes.length);
    return cut(bytes, from, from + 8, Buffer.alloc(8, pick(random, [0, 0xff, 0x7f, 0x80, 0x20])));
  },
];

/** Bytes changed where they are: what has a list of places in it still leads there. */
export function flipped(random: Random, bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  for (let i = 0; i <= random.integer(3); i++) {
    const at = random.integer(result.length);
    result[at] =
      random.next() < 0.5 ? result[at]! ^ (1 << random.integer(8)) : pick(random, [0, 1, 0x7f, 0x80, 0xff]);
  }
  return result;
}

export function damaged(random: Random, bytes: Buffer): Buffer {
  let result = bytes;
  for (let i = 0; i <= random.integer(3) && result.length > 0; i++)
    result = pick(random, damages)(random, result);
  return result;
}

/** How many rows there are; undefined where a reader has to refuse the file, `unknown` where this cannot tell. */
export function countRows({ format, gzipped, bytes }: FuzzFile): number | undefined | 'unknown' {
  if (format === 'parquet') return 'unknown';
  let plain = bytes;
  if (gzipped) {
    try {
      plain = gunzipSync(bytes);
    } catch {
      return undefined;
    }
  }
  const text = decode(plain);
  return text === undefined ? undefined : counts[format](text);
}

function decode(bytes: Buffer): string | undefined {
  const mark = bytes.readUIntBE(0, Math.min(2, bytes.length) || 1);
  const wide =
    bytes.length < 2 ? undefined : mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined;
  if (!wide)
    return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8').replace(/^\uFEFF/, '') : undefined;
  try {
    const text = new TextDecoder(wide, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

const filledLines = (text: string) => text.split('\n').filter((line) => line.trim() !== '').length;

const counts: Record<Exclude<FuzzFormat, 'parquet'>, (text: string) => number | undefined> = {
  csv: (text) => countRecords(text, ','),
  tsv: (text) => countRecords(text, '\t'),
  jsonl: filledLines,
  fasttext: filledLines,
  json: (text) => {
    if (text.trim() === '') return 0;
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? value.length : undefined;
    } catch {
      return undefined;
    }
  },
};

/** RFC 4180, letter by letter: the records after the first; undefined for quotes that are not closed as they should be. */
function countRecords(text: string, delimiter: string): number | undefined {
  let records = 0;
  let at = 0;
  while (at < text.length) {
    let fields = 0;
    let isBlank = true;
    for (;;) {
      const start = at;
      if (text[at] === '"') {
        at++;
        while (at < text.length && !(text[at] === '"' && text[at + 1] !== '"'))
          at += text[at] === '"' ? 2 : 1;
        if (at >= text.length) return undefined;
        at++;
        if (at < text.length && ![delimiter, '\n', '\r'].includes(text[at]!)) return undefined;
        if (text.slice(start + 1, at - 1).trim() !== '') isBlank = false;
      } else {
        while (at < text.length && ![delimiter, '\n', '\r'].includes(text[at]!)) at++;
        if (text.slice(start, at).trim() !== '') isBlank = false;
      }
      fields++;
      if (text[at] !== delimiter) break;
      at++;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    if (fields > 1 || !isBlank) records++;
  }
  return Math.max(0, records - 1);
}
