import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExperimentFix, ExperimentProblem } from '../../src/protocol/helper';
import { startHelper } from './support';

const folder = mkdtempSync(join(tmpdir(), 'textclf-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'a.textclf.json');
const path = (name: string) => join(folder, name);
function write(name: string, contents: string): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), contents);
}
const rows = (count: number, row: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i)).join('');

write('train.csv', `review,sentiment\n${rows(20, (i) => `some words ${i},${i % 2 ? 'pos' : 'neg'}\n`)}`);
write('data/more.csv', `review,sentiment\n${rows(20, (i) => `words ${i},${i % 2 ? 'pos' : 'neg'}\n`)}`);
write(
  'train.jsonl',
  rows(9, (i) => `${JSON.stringify({ review: `w ${i}`, sentiment: i % 2 })}\n`),
);
write('wide.csv', 'review,sentiment\na,pos\nb,neg,\n');
write('mixed.csv', 'review,sentiment\na,pos\n,neg\nb,great\nc,negg\nd,great\n');
write('one.csv', 'review,sentiment\na,pos\nb,pos\n');
write('empty.csv', '');
write('glove.txt', 'some 1 2 3\nwords 4 5 6\n');
write('node_modules/x/train.csv', '');

const columns = '"text": "review", "label": "sentiment"';
const model = '"model": { "type": "gru" }';
const withData = (data: string) => `{\n  "data": { ${data} },\n  ${model}\n}\n`;

function apply(text: string, { edits }: ExperimentFix): string {
  return edits
    .toSorted((a, b) => b.offset - a.offset)
    .reduce(
      (result, edit) => result.slice(0, edit.offset) + edit.text + result.slice(edit.offset + edit.length),
      text,
    );
}

/** The text that a problem is marked at. */
function marked(text: string, { place }: ExperimentProblem): string {
  const lines = text.split('\n');
  expect(place.endLine).toBe(place.line);
  return lines[place.line! - 1]!.slice(place.column! - 1, place.endColumn! - 1);
}

const helper = startHelper();
const check = async (text: string) => (await helper.result('check', { file, text })).problems;

describe('what only the data can tell', () => {
  const table: [what: string, text: string, at: string, message: RegExp, fixes: string[], mends?: number][] =
    [
      [
        'a file that is not there',
        withData(`"train": "trian.csv", ${columns}`),
        '"trian.csv"',
        /^trian.csv does not exist/,
        ['train.csv', 'one.csv', 'wide.csv', 'mixed.csv', 'empty.csv'].map((name) => `Change to "${name}"`),
        0,
      ],
      [
        'one in a list, in another folder',
        withData(`"train": ["train.csv", "daat/more.csv"], ${columns}`),
        '"daat/more.csv"',
        /^more.csv does not exist/,
        ['data/more.csv', 'one.csv', 'wide.csv', 'mixed.csv', 'empty.csv'].map(
          (name) => `Change to "${name}"`,
        ),
        0,
      ],
      [
        'a column that is not there',
        withData('"train": "train.csv", "text": "review", "label": "sentimant"'),
        '"sentimant"',
        /^There is no column "sentimant" in train.csv/,
        ['Change to "sentiment"'],
        0,
      ],
      [
        'the same in JSON Lines',
        withData('"train": "train.jsonl", "text": "text", "label": "sentiment"'),
        '"text"',
        /^There is no column "text" in train.jsonl/,
        ['Change to "review"'],
        0,
      ],
      [
        'a default column that is not there',
        withData('"train": "train.csv", "text": "review"'),
        '{',
        /^There is no column "label" in train.csv/,
        ['Add "label": "sentiment"'],
        0,
      ],
      [
        'a label that is not listed',
        withData(`"train": "train.csv", ${columns}, "labels": ["neg", "other"]`),
        '["neg", "other"]',
        /^The label "pos" \(train.csv, line 3\) is not one of data.labels/,
        ['Add "pos" to "labels"'],
      ],
      [
        'one that is listed with a slip',
        withData(`"train": "train.csv", ${columns}, "labels": ["neg", "poss"]`),
        '["neg", "poss"]',
        /^The label "pos" /,
        ['Change to "pos"', 'Add "pos" to "labels"'],
        0,
      ],
      [
        'a label that no row has',
        withData(`"train": "train.csv", ${columns}, "labels": ["neg", "pos", "mixed"]`),
        '"mixed"',
        /^The label "mixed" is never seen/,
        ['Remove "mixed"'],
        0,
      ],
      [
        'vectors of another size',
        `{ "data": { "train": "train.csv", ${columns} },\n"model": { "type": "gru", "embedding": { "vectors": "glove.txt", "size": 50 } } }`,
        '50',
        /have 3 numbers each/,
        ['Change to 3'],
        0,
      ],
      [
        'vectors of another size than the default',
        `{ "data": { "train": "train.csv", ${columns} },\n"model": { "type": "gru", "embedding": { "vectors": "glove.txt" } } }`,
        '{',
        /have 3 numbers each/,
        ['Add "size": 3'],
        0,
      ],
      [
        'vectors that are not there',
        `{ "data": { "train": "train.csv", ${columns} },\n"model": { "type": "gru", "embedding": { "vectors": "golve.txt", "size": 3 } } }`,
        '"golve.txt"',
        /^golve.txt does not exist/,
        ['Change to "glove.txt"'],
        0,
      ],
      [
        'a loss for another number of classes',
        withData(`"train": "mixed3.csv", ${columns}`).replace(
          model,
          `${model}, "training": { "loss": "bceWithLogits" }`,
        ),
        '"bceWithLogits"',
        /two classes, and the data has 3/,
        ['Change to "crossEntropy"', 'Change to "auto"'],
        0,
      ],
      [
        'a threshold for more than two classes',
        withData(`"train": "mixed3.csv", ${columns}`).replace(
          model,
          `${model}, "training": { "epochs": 2, "threshold": 0.3 }`,
        ),
        '0.3',
        /two classes or several labels a text, and the data has 3/,
        ['Remove "threshold"'],
        0,
      ],
      [
        'a warm-up that is longer than training',
        // 20 rows, 4 of them for validation: 5 epochs of 4 batches.
        withData(`"train": "train.csv", ${columns}`).replace(
          model,
          `${model}, "training": { "batchSize": 4, "scheduler": { "type": "linear", "warmupSteps": 20 } }`,
        ),
        '20',
        /never reaches its full size: training takes 20 steps, and warming up 20/,
        ['Change to 2'],
        0,
      ],
      [
        'a file that is empty',
        withData(`"train": "empty.csv", ${columns}`),
        '"empty.csv"',
        /^empty.csv: this file is empty/,
        [],
      ],
      [
        'a single class',
        withData(`"train": "one.csv", ${columns}`),
        '"one.csv"',
        /^one.csv: all rows have the label "pos"/,
        [],
      ],
    ];
  write('three.csv', 'review,sentiment\na,x\nb,y\nc,z\n');
  it.each(table)('%s', async (_, source, at, message, titles, mends) => {
    const text = source.replace('mixed3.csv', 'three.csv');
    const problems = await check(text);
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem!.place.file).toBe(file);
    expect(marked(text, problem!)).toBe(at);
    expect(problem!.message).toMatch(message);
    const found = problem!.fixes.map(({ title }) => title);
    if (titles.length > 4) expect(found[0]).toBe(titles[0]);
    else expect(found).toEqual(titles);
    if (mends !== undefined) expect(await check(apply(text, problem!.fixes[mends]!))).toEqual([]);
  });

  it('a bad row has its place in the data, and the path of the file that has it', async () => {
    const problems = await check(withData(`"train": ["train.csv", "wide.csv"], ${columns}`));
    expect(problems).toMatchObject([
      {
        severity: 'error',
        place: { file: path('wide.csv'), line: 3 },
        path: ['data', 'train', 1],
        fixes: [],
      },
    ]);
  });

  it('bad rows and labels that are not listed are told apart', async () => {
    const problems = await check(withData(`"train": "mixed.csv", ${columns}, "labels": ["pos", "neg"]`));
    expect(problems.map(({ message, place }) => [message.slice(0, 24), place.file, place.line])).toEqual([
      ['The label "great" (mixed', file, 2],
      ['The label "negg" (mixed.', file, 2],
      ['the text ("review") is e', path('mixed.csv'), 3],
    ]);
  });

  it('both columns are named where both are missing', async () => {
    const problems = await check(withData('"train": "train.csv"'));
    expect(problems.map(({ message }) => message)).toEqual([
      'There is no column "text" in train.csv.',
      'There is no column "label" in train.csv.',
    ]);
  });
});

describe('the text in the editor', () => {
  it('is what is checked, not the file on disk', async () => {
    write('a.textclf.json', 'no JSON');
    expect(await check(withData(`"train": "train.csv", ${columns}`))).toEqual([]);
  });

  it('need not be JSON', async () => {
    expect(await check('{ "data": ')).toMatchObject([{ severity: 'error', fixes: [] }]);
  });

  it('is checked against data that has changed since', async () => {
    const text = withData(`"train": "changing.csv", ${columns}`);
    write('changing.csv', 'review,sentiment\na,x\nb,y\n');
    expect(await check(text)).toEqual([]);
    write('changing.csv', 'review,sentiment\na,x\nb,x\n\n');
    expect(await check(text)).toHaveLength(1);
    // What was wrong is remembered as well as what was right.
    expect(await check(text)).toHaveLength(1);
    write('changing.csv', 'review,sentiment\na,x\nb,yy\n');
    expect(await check(text)).toEqual([]);
  });
});

it('ends between two pieces of a large file when it is cancelled', async () => {
  const both = (i: number) => `some words that are read ${i},pos\nand some more of them ${i},neg\n`;
  write('large.csv', `review,sentiment\n${rows(50_000, both)}`);
  const text = withData(`"train": "large.csv", ${columns}`);
  const asked = helper.ask('check', { file, text });
  helper.cancel(asked.id);
  expect(await asked.reply).toEqual({ type: 'cancelled', id: asked.id });
  // A cancelled check is not remembered.
  expect(await check(text)).toEqual([]);
});

it('inspects data files', async () => {
  expect(await helper.result('inspect', { file: path('train.csv') })).toMatchObject({
    textColumn: 'review',
    labelColumn: 'sentiment',
    rows: 20,
  });
});
