import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startHelper } from './support';

const folder = mkdtempSync(join(tmpdir(), 'textclf-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'a.textclf.json');

function write(name: string, rows: number, extra = ''): void {
  const lines = Array.from(
    { length: rows },
    (_, i) => `some words of row ${i} in ${name},${i % 2 ? 'pos' : 'neg'}\n`,
  );
  writeFileSync(join(folder, name), `text,label\n${lines.join('')}${extra}`);
}

const textOf = (data: object, rest: object = {}) => JSON.stringify({ data, model: { type: 'gru' }, ...rest });
const helper = startHelper();
const report = (text: string) => helper.result('report', { file, text });

it('tells what is in the data, and what is wrong', async () => {
  write('train.csv', 50);
  write('test.csv', 10, 'some  words of row 7 in train.csv,pos\n');
  const { report: told, rows } = await report(
    textOf({ train: 'train.csv', validation: { folds: 2 }, test: 'test.csv' }),
  );
  expect(told.parts).toMatchObject([
    { part: 'train', rows: 50, counts: [25, 25] },
    { part: 'test', rows: 11 },
  ]);
  expect(told.findings).toMatchObject([{ kind: 'leakage', severity: 'warning', rows: 2 }]);
  expect(rows).toEqual([
    [
      expect.objectContaining({
        part: 'train',
        file: join(folder, 'train.csv'),
        line: 9,
        label: 'pos',
        group: 0,
      }),
      expect.objectContaining({
        part: 'test',
        file: join(folder, 'test.csv'),
        line: 12,
        label: 'pos',
        group: 0,
      }),
    ],
  ]);
});

it('looks again where files have changed, those of a pattern too, and where the model reads otherwise', async () => {
  write('part-1.csv', 20);
  const data = { train: 'part-*.csv', validation: { folds: 2 } };
  const rowsOf = async (text: string) => (await report(text)).report.parts[0]!.rows;
  expect(await rowsOf(textOf(data))).toBe(20);
  write('part-2.csv', 30);
  expect(await rowsOf(textOf(data))).toBe(50);
  write('part-1.csv', 40);
  utimesSync(join(folder, 'part-1.csv'), 1, 1);
  expect(await rowsOf(textOf(data))).toBe(70);
  const short = await report(textOf(data, { tokenizer: { maxLength: 3 } }));
  expect(short.report.lengths).toMatchObject({ maxLength: 3, cutRows: 70 });
});

it('looks again where a text of a class was edited', async () => {
  const texts = (name: string, text: string) => {
    mkdirSync(join(folder, 'classes', name), { recursive: true });
    writeFileSync(join(folder, 'classes', name, '1.txt'), text);
  };
  texts('neg', 'what a bore');
  texts('pos', 'what a joy');
  const longest = async () =>
    (await report(textOf({ train: 'classes', validation: { folds: 2 } }))).report.lengths.longest;
  expect(await longest()).toBe(3);
  texts('pos', 'what a joy this is');
  expect(await longest()).toBe(5);
});

it('says what keeps it from looking', async () => {
  const { reply } = helper.ask('report', { file, text: textOf({ train: 'nothing.csv' }) });
  expect(await reply).toMatchObject({ type: 'error', error: { human: true } });
  const broken = helper.ask('report', { file, text: '{ "data": ' });
  expect(await broken.reply).toMatchObject({
    type: 'error',
    error: { human: true, place: { file, line: 1 } },
  });
});

it('tells how far it is, and ends when it is cancelled', async () => {
  write('large.csv', 150_000);
  const text = textOf({ train: 'large.csv' });
  const asked = helper.ask('report', { file, text }, (id) => helper.cancel(id));
  expect(await asked.reply).toEqual({ type: 'cancelled', id: asked.id });
  const { progress, reply } = helper.ask('report', { file, text });
  expect(await reply).toMatchObject({ type: 'result' });
  expect(progress[0]).toEqual({ done: 0, total: 0 });
  const counted = progress.filter(({ total }) => total > 0);
  expect(counted.length).toBeGreaterThan(2);
  expect(counted.map(({ done }) => done)).toEqual(counted.map(({ done }) => done).sort((a, b) => a - b));
  expect(counted.every(({ done, total }) => done <= total && total === 150_000)).toBe(true);
});
