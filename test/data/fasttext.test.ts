import { expect, it } from 'vitest';
import { parseFastText } from '../../src/data/fasttext-line';
import { inspect } from '../../src/data/inspect';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };

const lines: [line: string, labels: string[], text: string][] = [
  ['__label__good What a film!', ['good'], 'What a film!'],
  ['__label__a __label__b\tx  y ', ['a', 'b'], 'x  y '],
  ['  __label__é-1,x a __label__b', ['é-1,x'], 'a __label__b'],
  ['no label', [], 'no label'],
  ['x__label__a b', [], 'x__label__a b'],
  ['__label__a', ['a'], ''],
  ['__label__ a', [''], 'a'],
  ['__label__a__label__b c', ['a__label__b'], 'c'],
];
it.each(lines)('takes %j apart', (line, labels, text) => {
  expect(parseFastText(line)).toEqual({ labels, text });
});

it('reads lines, whatever the columns are called', async () => {
  const file = await folder.write('a.ft', '__label__x one\r\n\r\n__label__y two "quoted\n');
  expect(await readAll(file, { text: ['title', 'body'], label: 'kind' })).toEqual([
    { text: 'one', labels: ['x'], file, line: 1 },
    { text: 'two "quoted', labels: ['y'], file, line: 3 },
  ]);
});

it('reads several labels, or none, where the task is to', async () => {
  const file = await folder.write('a.txt', '__label__x __label__y,z __label__x one\ntwo\n');
  const rows = await readAll(file, { ...columns, format: 'fasttext', task: 'multi-label' });
  expect(rows.map(({ labels, text }) => [labels, text])).toEqual([
    [['x', 'y,z'], 'one'],
    [[], 'two'],
  ]);
});

it('tells of lines without one label', async () => {
  const file = await folder.write(
    'a.ft',
    '__label__x a\nb\n__label__x __label__y c\n__label__ d\n__label__x\n',
  );
  const error = await humanErrorOf(readAll(file, columns));
  expect(error.place).toEqual({ file, line: 2 });
  expect(error.message).toBe(
    'this line does not start with __label__ (4 rows have something wrong: lines 2, 3, 4, 5)',
  );
});

it('is looked into as two columns', async () => {
  const file = await folder.write('b.ft', '__label__x one text\n__label__y two texts\n__label__x three\n');
  expect(await inspect(file)).toMatchObject({
    format: 'fasttext',
    textColumn: 'text',
    labelColumn: 'label',
    rows: 3,
  });
});
