import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { packedRows } from '../../src/data/packed-rows';
import { humanErrorOf, temporaryFolder } from './support';

/** Made by Python, see make.py there. */
const fixtures = join(import.meta.dirname, '../fixtures/parquet');
const expected: Record<string, object[]> = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8'));
const folder = temporaryFolder();

describe('rows of a packed file', () => {
  it.each(['none', 'zstd', 'groups'])('are those of Parquet, as JSON Lines: %s', async (name) => {
    const text = await packedRows(join(fixtures, `${name}.parquet`), 9, 15);
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(6);
    expect(rows).toMatchObject(expected[name]!.slice(8, 14));
  });

  it('have the names of their classes where the file has them', async () => {
    const shown = async (name: string, column: string) =>
      (await packedRows(join(fixtures, `${name}.parquet`), 1, 21))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)[column]);
    expect((await shown('class-label', 'label')).slice(0, 4)).toEqual(['neg', 'pos', 'neg', 'pos']);
    expect(await shown('class-lists', 'label')).toEqual([['neg'], ['neg', 'pos'], [], ['pos']]);
    expect(await shown('class-secret', 'label')).toContain('(the class ("label") is -1: it is kept secret)');
  });

  it('end where the file ends', async () => {
    const text = await packedRows(join(fixtures, 'snappy.parquet'), 31, 2_001);
    expect(text.trimEnd().split('\n')).toHaveLength(10);
    expect(await packedRows(join(fixtures, 'snappy.parquet'), 41, 2_041)).toBe('');
  });

  it('are the unpacked lines of what is gzipped, whatever its line breaks', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => `línea ${i + 1}, "😀"`);
    for (const [name, lineBreak] of [
      ['a.csv.gz', '\n'],
      ['b.jsonl.gz', '\r\n'],
    ] as const) {
      const file = await folder.write(name, gzipSync(lines.join(lineBreak)));
      expect(await packedRows(file, 2_001, 4_001)).toBe(lines.slice(2_000, 4_000).join('\n'));
      expect((await packedRows(file, 4_001, 6_001)).split('\n')).toEqual(lines.slice(4_000));
    }
  });

  it('are cut where a line is too long to look at, never inside a character', async () => {
    const file = await folder.write('long.csv.gz', gzipSync(`x${'😀'.repeat(30_000)}\nshort`));
    const [long, short] = (await packedRows(file, 1, 3)).split('\n');
    expect(long).toBe(`x${'😀'.repeat(9_999)}…`);
    expect(short).toBe('short');
  });

  it.each([
    ['a damaged archive', gzipSync('text,label\n'.repeat(9_000)).subarray(0, 60), 'damaged.csv.gz'],
    ['no archive', Buffer.from('text,label\n'), 'plain.csv.gz'],
    ['no Parquet', Buffer.from('PAR1 is not enough of it'), 'wrong.parquet'],
  ])('cannot be had of %s, which is said with the file', async (_, contents, name) => {
    const file = await folder.write(name, contents);
    const error = await humanErrorOf(packedRows(file, 1, 2_001));
    expect(error.place?.file).toBe(file);
    expect(error.hint).toBeTruthy();
  });

  it('cannot be had of a Parquet file that would fill the memory', async () => {
    const bytes = readFileSync(join(fixtures, 'groups.parquet'));
    const { row_groups } = parquetMetadata(new Uint8Array(bytes).buffer);
    // The header of a column's first page: its unpacked size is the second number of it.
    const at = Number(row_groups[0]!.columns[0]!.meta_data!.data_page_offset);
    const file = await folder.write(
      'swollen.parquet',
      Buffer.concat([bytes.subarray(0, at), Buffer.alloc(8, 0xff), bytes.subarray(at + 8)]),
    );
    const error = await humanErrorOf(packedRows(file, 1, 2_001));
    expect(error.place?.file).toBe(file);
  });

  it('cannot be had of a file that is gone', async () => {
    for (const name of ['gone.csv.gz', 'gone.parquet']) {
      const error = await humanErrorOf(packedRows(folder.path(name), 1, 2_001));
      expect(error.message).toContain('does not exist');
    }
  });
});
