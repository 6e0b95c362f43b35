import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { findDataFiles } from '../../src/data/sources';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const root = () => dirname(folder.path('x'));

beforeAll(async () => {
  for (const name of [
    'b.csv',
    'a.csv',
    'data/x.jsonl',
    'data/deep/y.ndjson.gz',
    'data/[1].csv',
    'data/1.csv',
    'odd.xyz',
    '.hidden.csv',
  ]) {
    await mkdir(dirname(folder.path(name)), { recursive: true });
    await writeFile(folder.path(name), '');
  }
  await mkdir(folder.path('classes/pos'), { recursive: true });
});

const found = async (...args: [string | string[], ('csv' | 'fasttext' | 'folder')?]) =>
  (await findDataFiles(args[0], root(), args[1])).map(({ file, format, gzipped }) => [
    file.slice(root().length + 1).replaceAll('\\', '/'),
    format,
    ...(gzipped ? ['gzipped'] : []),
  ]);

it('finds files by their names and by patterns, sorted', async () => {
  expect(await found('b.csv')).toEqual([['b.csv', 'csv']]);
  expect(await found('*.csv')).toEqual([
    ['a.csv', 'csv'],
    ['b.csv', 'csv'],
  ]);
  expect(await found(['b.csv', 'data/**/*.{jsonl,ndjson,ndjson.gz}'])).toEqual([
    ['b.csv', 'csv'],
    ['data/deep/y.ndjson.gz', 'jsonl', 'gzipped'],
    ['data/x.jsonl', 'jsonl'],
  ]);
  expect(await found(join(root(), 'a.*'))).toEqual([['a.csv', 'csv']]);
});

it('takes a name with brackets for itself where there is such a file', async () => {
  expect(await found('data/[1].csv')).toEqual([['data/[1].csv', 'csv']]);
  expect(await found('data/[12].csv')).toEqual([['data/1.csv', 'csv']]);
});

it('takes a folder for classes, and a format for all files', async () => {
  expect(await found('classes')).toEqual([['classes', 'folder']]);
  expect(await found('classes', 'folder')).toEqual([['classes', 'folder']]);
  expect(await found('odd.xyz', 'fasttext')).toEqual([['odd.xyz', 'fasttext']]);
});

describe('refuses', () => {
  const table: [
    what: string,
    named: string | string[],
    format: 'csv' | 'folder' | undefined,
    file: string,
    says: RegExp,
  ][] = [
    ['a name that leads nowhere', 'c.csv', undefined, 'c.csv', /does not exist/],
    ['a pattern that leads nowhere', 'data/*.parquet', undefined, 'data/*.parquet', /no file matches/],
    ['a file twice', ['a.csv', '*.csv'], undefined, 'a.csv', /named twice \(by "a.csv" and by "\*.csv"\)/],
    ['an unknown extension', 'odd.*', undefined, 'odd.xyz', /extension ".xyz" is unknown/],
    ['a folder as a CSV file', 'data', 'csv', 'data', /is a folder/],
    ['a file as a folder', 'a.csv', 'folder', 'a.csv', /is a file/],
  ];
  it.each(table)('%s', async (_, named, format, file, says) => {
    const error = await humanErrorOf(findDataFiles(named, root(), format));
    expect(error.place).toEqual({ file: folder.path(file) });
    expect(error.message).toMatch(says);
    expect(error.hint).toBeTruthy();
  });
});

it.skipIf(process.platform === 'win32')('refuses a pipe, which it would wait for without end', async () => {
  const pipe = folder.path('pipe.csv');
  execFileSync('mkfifo', [pipe]);
  const error = await humanErrorOf(findDataFiles('pipe.csv', root()));
  expect(error.place).toEqual({ file: pipe });
  expect(error.message).toBe('this is neither a file nor a folder');
});

it('tells an archive without its extension from a text', async () => {
  await folder.write('secret.csv', gzipSync('text,label\na,b\n'));
  const { readAll } = await import('../support/read-all');
  const error = await humanErrorOf(readAll(folder.path('secret.csv'), { text: 'text', label: 'label' }));
  expect(error.message).toBe('this is a gzip archive, not a text file');
});
