import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../src/data/read';
import type { DataFile } from '../../src/data/sources';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };
const megabyte = 1 << 20;

/** Archives may have many members: hundreds of megabytes that take none on the disk. */
const packed = (name: string, start: string, member: string, times: number, end: string) =>
  folder.write(
    name,
    Buffer.concat([gzipSync(start), ...Array<Buffer>(times).fill(gzipSync(member)), gzipSync(end)]),
  );

/** How much memory the reading takes at most, in bytes, and how many rows there are. */
async function memoryOf(data: DataFile): Promise<{ rows: number; bytes: number }> {
  const before = process.memoryUsage().rss;
  let rows = 0;
  let most = before;
  await readRows(data, columns, () => {
    if (++rows % 100 === 0) most = Math.max(most, process.memoryUsage().rss);
  });
  return { rows, bytes: most - before };
}

describe('300 megabytes are read within a small part of that', () => {
  const text = 'Some words of a film, as long as reviews are. '.repeat(88);
  const rowsIn = 256;
  const forms = {
    csv: { start: 'text,label\n', row: (label: string) => `"${text}",${label}\n`, end: '' },
    jsonl: { start: '', row: (label: string) => `${JSON.stringify({ text, label })}\n`, end: '' },
    json: {
      start: '[',
      row: (label: string) => `${JSON.stringify({ text, label })},\n`,
      end: '{"text":"x","label":"y"}]',
    },
    fasttext: { start: '', row: (label: string) => `__label__${label} ${text}\n`, end: '' },
  };
  it.each(Object.entries(forms))('%s', { timeout: 180_000 }, async (format, { start, row, end }) => {
    const member = Array.from({ length: rowsIn }, (_, i) => row(`class ${i % 2}`.replace(' ', ''))).join('');
    const times = Math.ceil((300 * megabyte) / member.length);
    const file = await packed(`large.${format}.gz`, start, member, times, end);
    const { rows, bytes } = await memoryOf({ file, format: format as DataFile['format'], gzipped: true });
    expect(rows).toBe(times * rowsIn + (end === '' ? 0 : 1));
    expect(bytes).toBeLessThan(150 * megabyte);
  });
});

describe('a hundred megabytes without a line break are refused early', () => {
  const long = /longer than 16 MiB/;
  const starts: [DataFile['format'], start: string, part: string, line: number, says: RegExp][] = [
    ['csv', 'text,label\ngood,a\n', '1', 3, long],
    ['csv', 'text,label\ngood,a\n', 'x,', 3, long],
    ['csv', 'text,label\ngood,a\n"', '1', 3, /never closed/],
    ['tsv', 'text\tlabel\ngood\ta\n', '1', 3, long],
    ['jsonl', '{"text":"good","label":"a"}\n{"text":"', '1', 2, long],
    ['json', '[{"text":"good","label":"a"},\n{"text":"', '1', 2, long],
    ['json', '[{"text":"good","label":"a"},\n{"text":"x"', ',"a":1', 2, long],
    ['json', '[{"text":"good","label":"a"},\n1', '1', 1, long],
    ['fasttext', '__label__a good\n__label__b ', '1', 2, long],
  ];
  it.each(starts)('%s: %j, and %j again and again', async (format, start, part, line, says) => {
    const member = part.repeat(Math.ceil(megabyte / part.length));
    const file = await packed(`long.${format}.gz`, start, member, 100, '');
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const data: DataFile = { file, format, gzipped: true };
    let rows = 0;
    const error = await humanErrorOf(
      readRows(data, columns, () => {
        rows++;
      }),
    );
    expect(error.place).toMatchObject({ file, line });
    expect(error.message).toMatch(says);
    expect(rows).toBe(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * megabyte);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
