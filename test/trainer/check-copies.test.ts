import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkExperiment } from '../../src/trainer/check-experiment';

const folder = mkdtempSync(join(tmpdir(), 'textclf-copies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Line = readonly [text: string, label: string];
const someLines = (count: number, what: string): Line[] =>
  Array.from({ length: count }, (_, i) => [`${what} ${i}`, i % 2 ? 'a' : 'b']);

function write(name: string, lines: readonly Line[]): string {
  writeFileSync(
    join(folder, name),
    `text,label\n${lines.map(([text, label]) => `"${text}",${label}\n`).join('')}`,
  );
  return name;
}

async function check(data: object) {
  const text = JSON.stringify({ data, model: { type: 'gru' } });
  const { problems } = await checkExperiment(text, join(folder, 'a.textclf.json'));
  return problems.map(({ severity, message, hint, path }) => ({
    severity,
    message,
    hint,
    path: path.join('.'),
  }));
}

const train = [...someLines(100, 'train'), ['the same', 'a'], ['another', 'b']] as const;

it('warns where texts of a held file are trained on, at the option that names it', async () => {
  const held: Line[] = [...someLines(8, 'held'), ['the  same ', 'a'], ['another\n', 'b']];
  const data = {
    train: write('train.csv', train),
    validation: write('valid.csv', held),
    test: write('test.csv', held),
  };
  const problems = await check(data);
  expect(problems).toMatchObject([
    {
      severity: 'warning',
      path: 'data.validation',
      message: '2 of the 10 validation texts are also trained on: validation figures will be too good.',
    },
    {
      severity: 'warning',
      path: 'data.test',
      message: '2 of the 10 test texts are also trained on: test figures will be too good.',
    },
  ]);
  expect(problems[1]!.hint).toMatch(/test\.csv, line 10/);
});

it('warns where a split by chance puts copies on both sides', async () => {
  const copies = someLines(100, 'train');
  const problems = await check({ train: write('twice.csv', [...copies, ...copies]), validation: 0.5 });
  expect(problems).toHaveLength(1);
  expect(problems[0]!.path).toBe('data.validation');
  expect(problems[0]!.hint).toMatch(/drawn from the training files/);
});

it('warns of the same text with other labels', async () => {
  const lines: Line[] = [...train, ['the same', 'b'], [' the same', 'a']];
  const problems = await check({ train: write('conflict.csv', lines), validation: { folds: 2 } });
  expect(problems).toMatchObject([
    {
      severity: 'warning',
      path: 'data.train',
      message: expect.stringMatching(/^3 rows have the text of another row/),
    },
  ]);
  expect(problems[0]!.hint).toMatch(/conflict\.csv, line 102/);
});

it('says nothing of copies that move no figure, nor of those with the same label among training rows', async () => {
  const test: Line[] = [...someLines(2000, 'test'), ['the same', 'a']];
  const lines: Line[] = [...train, ['the same', 'a'], ['another', 'b']];
  expect(
    await check({
      train: write('harmless.csv', lines),
      validation: { folds: 2 },
      test: write('long-test.csv', test),
    }),
  ).toEqual([]);
});
