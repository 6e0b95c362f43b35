import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/data/inspect';
import { readRows } from '../../src/data/read';
import type { RowProblem } from '../../src/data/row-problems';
import { MissingColumnError } from '../../src/data/row-problems';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

/** Made by Python, see make.py there. */
const fixtures = join(import.meta.dirname, '../fixtures/parquet');
const fixture = (name: string) => join(fixtures, `${name}.parquet`);
type PythonRow = { text: string | null; label?: string | null; labels?: string[] | null };
const expected: Record<string, PythonRow[]> = JSON.parse(
  readFileSync(join(fixtures, 'expected.json'), 'utf8'),
);
const columns = { text: 'text', label: 'label' };
const folder = temporaryFolder();

const same = ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'groups', 'pages-v2', 'delta', 'page-index'];
it.each(same)('reads what Python reads: %s', async (name) => {
  const rows = await readAll(fixture(name), columns);
  expect(rows).toEqual(
    expected[name]!.map(({ text, label }, i) => ({
      text,
      labels: [label],
      file: fixture(name),
      line: i + 1,
    })),
  );
  expect(rows).toHaveLength(40);
});

it('joins columns, and takes numbers for texts', async () => {
  const rows = await readAll(fixture('groups'), { text: ['id', 'label'], label: 'label' });
  expect(rows[8]).toMatchObject({ text: '8\nso so', labels: ['so so'], line: 9 });
});

it('tells of each row without a text or a label, and reads the others', async () => {
  const problems: RowProblem[] = [];
  const lines: number[] = [];
  const data = { file: fixture('nulls'), format: 'parquet', gzipped: false } as const;
  await readRows(data, { ...columns, onProblem: (problem) => problems.push(problem) }, ({ line }) => {
    lines.push(line);
  });
  const bad = expected.nulls!.flatMap(({ text, label }, i) =>
    text === null || label === null ? [i + 1] : [],
  );
  expect(problems.map(({ line }) => line)).toEqual(bad);
  expect(lines).toEqual(expected.nulls!.map((_, i) => i + 1).filter((line) => !bad.includes(line)));
  expect(problems[0]!.message).toBe('the field "text" is null');
  const error = await humanErrorOf(readAll(fixture('nulls'), columns));
  expect(error.place).toEqual({ file: fixture('nulls'), line: 4 });
  expect(error.message).toContain('8 rows have something wrong: lines 4, 8, 14');
});

it('reads lists of labels', async () => {
  const problems: number[] = [];
  const found: string[][] = [];
  await readRows(
    { file: fixture('lists'), format: 'parquet', gzipped: false },
    { text: 'text', label: 'labels', task: 'multi-label', onProblem: ({ line }) => problems.push(line) },
    ({ labels }) => {
      found.push(labels);
    },
  );
  expect(problems).toEqual([10]);
  expect(found).toEqual(expected.lists!.flatMap(({ labels }) => (labels ? [labels] : [])));
  const error = await humanErrorOf(readAll(fixture('lists'), { text: 'text', label: 'labels' }));
  expect(error.message).toContain('the field "labels" is a list');
});

describe("the names of the Hub's classes", () => {
  it('take the place of their numbers', async () => {
    const rows = await readAll(fixture('class-label'), columns);
    expect(rows.map(({ labels }) => labels[0])).toEqual(rows.map((_, i) => ['neg', 'pos'][i % 2]));
    const several = await readAll(fixture('class-lists'), { ...columns, task: 'multi-label' });
    expect(several.map(({ labels }) => labels)).toEqual([['neg'], ['neg', 'pos'], [], ['pos']]);
    const found = await inspect(fixture('class-label'));
    expect(found).toMatchObject({ textColumn: 'text', labelColumn: 'label' });
    expect(found.columns[1]!.values).toEqual(['neg', 'pos']);
  });

  it('are missing where a class is kept secret, or has none', async () => {
    const error = await humanErrorOf(readAll(fixture('class-secret'), columns));
    expect(error.place?.line).toBe(1);
    expect(error.message).toBe(
      'the class ("label") is -1: it is kept secret (2 rows have something wrong: lines 1, 4)',
    );
  });
});

describe('other kinds of columns', () => {
  const table: [column: string, labels: string[] | RegExp][] = [
    ['binary', ['text 0', 'text 1', 'text 2', 'text 3']],
    ['bool', ['true', 'false', 'true', 'false']],
    ['int32', ['1', '2', '-3', '4']],
    ['int64', ['1', '2', '3', '9007199254740993']],
    ['category', ['a', 'b', 'a', 'b']],
    ['decimal', ['1.5', '1.5', '1.5', '1.5']],
    ['large', ['text 0', 'text 1', 'text 2', 'text 3']],
    ['bytes', /the field "bytes" is binary: its bytes are no UTF-8 text .*lines 1, 3/],
    ['float', /the field "float" is no finite number \(NaN\)/],
    ['date', /the field "date" is a date .*4 rows/],
    ['struct', /the field "struct" is an object/],
  ];
  it.each(table)('%s', async (label, labels) => {
    const read = readAll(fixture('kinds'), { text: 'text', label });
    if (labels instanceof RegExp) expect((await humanErrorOf(read)).message).toMatch(labels);
    else expect((await read).map((row) => row.labels[0]!.split(':')[0])).toEqual(labels);
  });
});

it('names the columns where one is missing', async () => {
  const error = await humanErrorOf(readAll(fixture('kinds'), { text: 'texts', label: 'bool' }));
  expect(error).toBeInstanceOf(MissingColumnError);
  expect(error.place).toEqual({ file: fixture('kinds') });
  expect(error.hint).toContain('Did you mean "text"? The columns are: "text", "binary"');
});

it('shows the bytes to whom makes a digest, in their order', async () => {
  const parts: Buffer[] = [];
  await readAll(fixture('groups'), { ...columns, observe: (_, bytes) => parts.push(bytes) });
  expect(Buffer.concat(parts).equals(readFileSync(fixture('groups')))).toBe(true);
});

describe('what is wrong with a whole file', () => {
  const whole = readFileSync(fixture('snappy'));
  const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
  const table: [what: string, bytes: Buffer, says: RegExp][] = [
    ['nothing in it', Buffer.alloc(0), /this file is empty/],
    ['no Parquet', Buffer.from('text,label\na,b\n'), /no Parquet file/],
    ['cut off', whole.subarray(0, -20), /cut off/],
    ['a damaged page', Buffer.from(whole).fill(0xee, 4, 300), /cannot be read/],
    ['a damaged footer', Buffer.from(whole).fill(0xee, footer, footer + 100), /cannot be read/],
    ['encryption', Buffer.concat([Buffer.from('PARE'), whole.subarray(4)]), /encrypted/],
  ];
  it.each(table)('%s', async (_, bytes, says) => {
    const file = await folder.write('broken.parquet', bytes);
    const error = await humanErrorOf(readAll(file, columns));
    expect(error.place).toEqual({ file });
    expect(error.message).toMatch(says);
    expect(error.hint).toBeTruthy();
  });

  it('no rows', async () => {
    expect((await humanErrorOf(readAll(fixture('empty'), columns))).message).toBe('this file has no rows');
  });

  it('a second compression around it', async () => {
    const file = await folder.write('rows.parquet.gz', Buffer.from('x'));
    expect((await humanErrorOf(readAll(file, columns))).hint).toContain('gunzip');
  });
});

it.each(['groups', 'none'])(
  'refuses a file whose groups have not the rows that it promises, whichever byte is to blame: %s',
  async (name) => {
    const bytes = readFileSync(fixture(name));
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    let contradictions = 0;
    for (let at = footer; at < bytes.length - 8; at++) {
      for (const value of [bytes[at]! ^ 1, bytes[at]! ^ 2, bytes[at]! ^ 4]) {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        const { promised, there } = rowsOf(changed) ?? {};
        if (promised === there) continue;
        contradictions++;
        const file = await folder.write('contradiction.parquet', changed);
        const error = await humanErrorOf(readAll(file, columns));
        expect(error.message).toBe(
          `this Parquet file cannot be read: ${promised} rows are promised, and ${there} are there`,
        );
      }
    }
    expect(contradictions).toBeGreaterThan(1);
  },
);

/** What a file's own list says of its rows; undefined where it cannot be read. */
function rowsOf(bytes: Buffer): { promised: number; there: number } | undefined {
  try {
    const { num_rows, row_groups } = parquetMetadata(new Uint8Array(bytes).buffer);
    if (row_groups.some((group) => group.num_rows < 0n)) return undefined;
    return {
      promised: Number(num_rows),
      there: row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0),
    };
  } catch {
    return undefined;
  }
}
