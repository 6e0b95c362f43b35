import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/data/inspect';
import { readRows } from '../../src/data/read';
import { OptionError } from '../../src/experiment/option-error';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'review', label: 'sentiment' };

async function make(root: string, files: Record<string, string | Buffer>): Promise<string> {
  for (const [name, contents] of Object.entries(files)) {
    const file = folder.path(`${root}/${name}`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  return folder.path(root);
}

/** The layout of aclImdb. */
const imdb = {
  'pos/10_9.txt': 'A good film.<br />Really.',
  'pos/0_9.txt': 'Fine.\n',
  'neg/0_2.txt': Buffer.from('\uFEFFWide.', 'utf16le'),
  'neg/1_1.txt.gz': gzipSync('Packed.'),
  'labeledBow.feat': '9 0:9 1:1',
  'urls_pos.txt': 'http://…',
  '.DS_Store': Buffer.from([0, 0, 0, 1]),
  'pos/.hidden.txt': 'x',
};

it('reads each file of a class as a text, in the order of the names', async () => {
  const root = await make('imdb', imdb);
  const rows = await readAll(root, columns);
  expect(
    rows.map(({ text, labels, file, line }) => [file.slice(root.length + 1), labels, text, line]),
  ).toEqual([
    ['neg/0_2.txt', ['neg'], 'Wide.', 1],
    ['neg/1_1.txt.gz', ['neg'], 'Packed.', 1],
    ['pos/0_9.txt', ['pos'], 'Fine.\n', 1],
    ['pos/10_9.txt', ['pos'], 'A good film.<br />Really.', 1],
  ]);
  expect((await readAll(root, { ...columns, task: 'multi-label' })).map(({ labels }) => labels[0])).toEqual(
    rows.map(({ labels }) => labels[0]),
  );
});

it('takes a folder for one class, whatever its name', async () => {
  const root = await make('odd', { 'a,b/1.txt': 'x', '__label__c d/1.txt': 'y' });
  for (const task of ['single-label', 'multi-label'] as const) {
    const rows = await readAll(root, { ...columns, task });
    expect(rows.map(({ labels }) => labels)).toEqual([['__label__c d'], ['a,b']]);
  }
});

describe('texts without a class', () => {
  it('are no class in silence', async () => {
    const root = await make('unsup', { ...imdb, 'unsup/0_0.txt': 'Who knows?' });
    const error = await humanErrorOf(readAll(root, columns));
    expect(error.place).toEqual({ file: root });
    expect(error.message).toMatch(/^"unsup" would be a class/);
    expect(error.hint).toContain('"labels": ["neg", "pos"]');
    const chosen = await readAll(root, { ...columns, labels: ['neg', 'pos'] });
    expect(chosen).toHaveLength(4);
    expect(await readAll(root, { ...columns, labels: ['unsup', 'pos'] })).toHaveLength(3);
    expect(await inspect(root)).toMatchObject({ format: 'folder', classes: ['neg', 'pos'], rows: 4 });
  });

  it('leave nothing where no folder is wanted', async () => {
    const root = await make('imdb', imdb);
    const error = await humanErrorOf(readAll(root, { ...columns, labels: ['good', 'bad'] }));
    expect(error.message).toContain('none of this folder');
    expect(error.hint).toContain('"neg", "pos"');
  });
});

it('shows a digest the names and the bytes of all texts', async () => {
  const root = await make('digest', { 'b/1.txt': 'one', 'a/2.txt': 'two' });
  const parts: string[] = [];
  await readAll(root, { ...columns, observe: (_, bytes) => parts.push(bytes.toString()) });
  expect(parts.join('')).toBe('a/2.txt\ntwob/1.txt\none');
});

it('tells of each text that cannot be read, by its own file', async () => {
  const root = await make('broken', {
    'pos/1.txt': 'fine',
    'pos/2.txt': '',
    'pos/3.txt': Buffer.from('a\nb\xe9c', 'latin1'),
    'neg/4.txt': Buffer.alloc((1 << 24) + 1, 'a'),
    'neg/5.txt.gz': Buffer.from('no archive'),
    'neg/7.txt': 'fine',
  });
  await symlink(folder.path('nowhere'), folder.path('broken/neg/6.txt'));
  const problems: string[] = [];
  const texts: string[] = [];
  const onProblem = ({
    file,
    line,
    column,
    message,
  }: {
    file: string;
    line: number;
    column?: number;
    message: string;
  }) => problems.push(`${file.slice(root.length + 1)}:${line}${column ? `:${column}` : ''} ${message}`);
  await readRows({ file: root, format: 'folder', gzipped: false }, { ...columns, onProblem }, ({ file }) => {
    texts.push(file.slice(root.length + 1));
  });
  expect(texts).toEqual(['neg/7.txt', 'pos/1.txt']);
  expect(problems).toEqual([
    'neg/4.txt:1 this text is longer than 16 MiB',
    'neg/5.txt.gz:1 this gzip archive is damaged',
    'neg/6.txt:1 6.txt does not exist.',
    'pos/2.txt:1 the text is empty',
    'pos/3.txt:2:2 byte 0xE9 (number 4 in the file) is not UTF-8',
  ]);
  const error = await humanErrorOf(readAll(root, columns));
  expect(error.place?.file).toBe(folder.path('broken/neg/4.txt'));
  expect(error.message).toContain('5 rows have something wrong: files 4.txt, 5.txt.gz, 6.txt, 2.txt, 3.txt');
});

describe('what is no folder of classes', () => {
  it('has folders inside of the classes', async () => {
    const root = await make('acl', { 'train/pos/1.txt': 'x', 'train/neg/1.txt': 'x', 'test/pos/1.txt': 'x' });
    const error = await humanErrorOf(readAll(root, columns));
    expect(error.place).toEqual({ file: folder.path('acl/test/pos') });
    expect(error.hint).toContain('"acl/test"');
  });

  it('has data files in it', async () => {
    const root = await make('files', { 'train-0.parquet': 'x', 'train-1.parquet': 'x' });
    expect((await humanErrorOf(readAll(root, columns))).hint).toContain('"files/*.parquet"');
  });

  it('is read with columns of 0 and 1', async () => {
    const root = await make('imdb', imdb);
    const read = readAll(root, { text: 'text', label: ['neg', 'pos'], task: 'multi-label' });
    expect(await humanErrorOf(read)).toBeInstanceOf(OptionError);
  });
});
