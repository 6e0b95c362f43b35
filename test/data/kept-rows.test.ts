import { appendFile, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { createRandom } from '../../src/data/random';
import { readPart } from '../../src/data/read-part';
import { RowStore } from '../../src/data/row-store';
import { findDataFiles } from '../../src/data/sources';
import { Room } from '../../src/store/byte-writer';
import { DataCache } from '../../src/store/data-cache';
import { temporaryFolder } from './support';

const read = vi.hoisted(() => ({ files: [] as string[], after: async () => {} }));
vi.mock('../../src/data/read', async (original) => {
  const { readRows, ...rest } = await original<typeof import('../../src/data/read')>();
  return {
    ...rest,
    readRows: async (...parameters: Parameters<typeof readRows>) => {
      read.files.push(parameters[0].file);
      await readRows(...parameters);
      await read.after();
    },
  };
});

const folder = temporaryFolder();
let caches = 0;
let cache: DataCache;
beforeEach(() => {
  read.files = [];
  // The files of these tests were made just now.
  cache = cacheOf(`cache-${caches++}`, Number.NEGATIVE_INFINITY);
});

function cacheOf(name: string, coarsestClock: number): DataCache {
  return new DataCache(folder.path(name), { version: '1', secret: 'known', coarsestClock });
}

const columns = { text: 'text', label: 'label' };
const words = 'it was the best of times, it was the worst of times, it was the age of wisdom ';

function csvOf(rows: number, seed = 1): string {
  const random = createRandom(seed);
  const row = () =>
    `"${words.slice(random.integer(60)).repeat(1 + random.integer(4))}\né",${'abc'[random.integer(3)]}\n`;
  return `text,label\n${Array.from({ length: rows }, row).join('')}`;
}

async function rowsOf(
  named: string | string[],
  options: Partial<Parameters<typeof readPart>[1]> = {},
  memory = 1 << 30,
) {
  const files = await findDataFiles(named, dirname(folder.path('x')));
  const room = new Room(memory, dirname(folder.path('x')));
  const part = await readPart(files, { ...columns, ...options }, { room, cache });
  await cache.settled();
  const rows = new RowStore(part.columns).rows();
  const plain = rows.map(({ text, labels, file, line }) => ({ text, labels, file, line }));
  return { rows: plain, digests: part.digests };
}

it.each([1 << 30, 0])(
  'gives the same rows without reading them again, with room for %i bytes',
  async (memory) => {
    const files = ['one.csv', 'two.csv'];
    for (const [seed, file] of files.entries()) await folder.write(file, csvOf(2000, seed));
    const first = await rowsOf(files);
    expect(first.rows).toHaveLength(4000);
    expect(read.files).toEqual(files.map(folder.path));
    expect(await rowsOf(files, {}, memory)).toEqual(first);
    expect(read.files).toHaveLength(2);
    // Another order is another data set.
    const turned = await rowsOf(files.toReversed());
    expect(turned.rows).toEqual([...first.rows.slice(2000), ...first.rows.slice(0, 2000)]);
  },
);

it('keeps rows with none or several labels', async () => {
  const label = ['a', 'b'];
  const row = (i: number) => `"${words.repeat(8)}",${i % 2},${i % 3 === 0 ? 1 : 0}\n`;
  await folder.write('flags.csv', `text,a,b\n${Array.from({ length: 1000 }, (_, i) => row(i)).join('')}`);
  const first = await rowsOf('flags.csv', { task: 'multi-label', label });
  expect(first.rows[3]!.labels).toEqual(['a', 'b']);
  expect(await rowsOf('flags.csv', { task: 'multi-label', label })).toEqual(first);
  expect(read.files).toHaveLength(1);
});

it('keeps a folder of texts, each row with its own file', async () => {
  for (const name of ['pos', 'neg']) {
    await mkdir(folder.path(`reviews/${name}`), { recursive: true });
    for (let i = 0; i < 30; i++) await folder.write(`reviews/${name}/${i}.txt`, `${i} ${words.repeat(200)}`);
  }
  const first = await rowsOf('reviews');
  expect(first.rows[0]!.file).toBe(folder.path('reviews/neg/0.txt'));
  expect(await rowsOf('reviews')).toEqual(first);
  expect(read.files).toHaveLength(1);
  await appendFile(folder.path('reviews/pos/7.txt'), 'more');
  expect((await rowsOf('reviews')).rows).not.toEqual(first.rows);
  await folder.write('reviews/pos/new.txt', 'new');
  expect((await rowsOf('reviews')).rows).toHaveLength(61);
});

it('reads a file again that has changed, even where size and time are the same', async () => {
  const file = await folder.write('changed.csv', csvOf(4000));
  await utimes(file, 1000, 1000);
  const first = await rowsOf('changed.csv');
  const { size } = await stat(file);
  const contents = csvOf(4000).replace('best', 'BEST');
  await writeFile(file, contents);
  await utimes(file, 1000, 1000);
  expect((await stat(file)).size).toBe(size);
  const second = await rowsOf('changed.csv');
  expect(second.rows.some(({ text }) => text.includes('BEST'))).toBe(true);
  expect(second.digests).not.toEqual(first.digests);
});

it('does not trust the time of a file that was changed just now', async () => {
  cache = cacheOf('careful', 3_600_000);
  await folder.write('fresh.csv', csvOf(4000));
  const first = await rowsOf('fresh.csv');
  expect(await rowsOf('fresh.csv')).toEqual(first);
  expect(read.files).toHaveLength(2);
});

it('keeps nothing of a file that changes while it is read', async () => {
  await folder.write('busy.csv', csvOf(4000));
  read.after = () => appendFile(folder.path('busy.csv'), 'more,a\n');
  await rowsOf('busy.csv').finally(() => {
    read.after = async () => {};
  });
  expect(await readdir(cache.folder).catch(() => [])).toEqual([]);
  expect((await rowsOf('busy.csv')).rows).toHaveLength(4001);
});

it('finds the rows of a copy once its contents are known', async () => {
  await folder.write('here.csv', csvOf(4000));
  await folder.write('there.csv', csvOf(4000));
  const first = await rowsOf('here.csv');
  const second = await rowsOf('there.csv');
  const place = (file: string) => ({ file: folder.path(file) });
  expect(second.rows).toEqual(first.rows.map((row) => ({ ...row, ...place('there.csv') })));
  // One entry has the rows of both, and each row names the file that was asked for.
  expect((await rowsOf('here.csv')).rows).toEqual(first.rows);
  expect(await rowsOf('there.csv')).toEqual(second);
  expect(read.files).toHaveLength(2);
});

it('reads rows anew where they are read otherwise', async () => {
  await folder.write(
    'columns.csv',
    csvOf(4000)
      .replace('text,label', 'text,label,more')
      .replaceAll(/,([abc])\n/g, ',$1,m$1\n'),
  );
  const first = await rowsOf('columns.csv');
  const second = await rowsOf('columns.csv', { label: 'more' });
  expect(second.rows[0]!.labels[0]).toBe(`m${first.rows[0]!.labels[0]}`);
  expect((await rowsOf('columns.csv', { text: ['text', 'more'] })).rows[0]!.text).toContain('\nm');
  expect(read.files).toHaveLength(3);
});

it('keeps nothing of files that have rows with something wrong', async () => {
  await folder.write('wrong.csv', `${csvOf(4000)},a\n`);
  for (let time = 1; time <= 2; time++) {
    const problems: number[] = [];
    const { rows } = await rowsOf('wrong.csv', { onProblem: ({ line }) => problems.push(line) });
    expect(rows).toHaveLength(4000);
    expect(problems).toHaveLength(1);
    expect(read.files).toHaveLength(time);
  }
});

it('keeps nothing of what is read as soon', async () => {
  await folder.write('small.csv', csvOf(20));
  await rowsOf('small.csv');
  const kept = await readdir(cache.folder);
  const sizes = await Promise.all(kept.map(async (name) => (await stat(join(cache.folder, name))).size));
  expect(Math.max(...sizes)).toBeLessThan(1000);
});
