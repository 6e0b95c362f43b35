import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { runnable } from '../../src/experiment/load';
import { parseExperiment } from '../../src/experiment/parse';
import { experimentOfDataFile } from '../../src/inspection/data-file-experiment';
import { inspectExperiment } from '../../src/inspection/inspect-experiment';
import type { DataInspectionReport, FindingKind } from '../../src/protocol/inspection';

const folder = mkdtempSync(join(tmpdir(), 'textclf-inspection-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = createRandom(1);
const vocabulary = Array.from({ length: 400 }, (_, i) => `wort${String.fromCharCode(97 + (i % 26))}${i}`);
/** Texts that nothing is wrong with, each another one. */
const someText = (words = 12) =>
  Array.from({ length: words }, () => vocabulary[random.integer(vocabulary.length)]).join(' ');

type Line = [text: string, label: string];
const someLines = (count: number): Line[] =>
  Array.from({ length: count }, (_, i) => [someText(), i % 2 ? 'b' : 'a']);

function write(name: string, lines: readonly Line[]): string {
  const rows = lines.map(([text, label]) => JSON.stringify({ text, label }));
  writeFileSync(join(folder, name), `${rows.join('\n')}\n`);
  return name;
}

function experimentOf(data: object, rest: object = {}) {
  const text = JSON.stringify({ data, model: { type: 'gru' }, ...rest });
  return runnable(parseExperiment(text, join(folder, 'a.textclf.json')));
}

const inspect = (data: object, rest: object = {}) => inspectExperiment(experimentOf(data, rest), folder);

/** What is found, without hints: kind, severity and title, and the rows as `part:line label group`. */
function found({ report, rows }: DataInspectionReport, kind: FindingKind) {
  return report.findings.flatMap((finding, i) =>
    finding.kind === kind
      ? [
          {
            severity: finding.severity,
            title: finding.title,
            count: finding.rows,
            rows: rows[i]!.map(({ part, line, label, group }) => `${part}:${line} ${label} ${group ?? '-'}`),
          },
        ]
      : [],
  );
}

const kinds = ({ report }: DataInspectionReport) => report.findings.map(({ kind }) => kind);
const folds = { validation: { folds: 2 } };

it('finds nothing wrong where nothing is', async () => {
  const inspected = await inspect({
    train: write('sound.jsonl', someLines(200)),
    validation: 0.2,
    test: write('sound-test.jsonl', someLines(50)),
  });
  expect(inspected.report.findings).toEqual([]);
  const { parts, labels, lengths, words, digest } = inspected.report;
  expect(labels).toEqual(['a', 'b']);
  expect(parts).toEqual([
    {
      part: 'train',
      rows: 160,
      counts: [80, 80],
      files: [{ file: join(folder, 'sound.jsonl'), rows: 160 }],
      fileCount: 1,
    },
    {
      part: 'validation',
      rows: 40,
      counts: [20, 20],
      files: [{ file: join(folder, 'sound.jsonl'), rows: 40 }],
      fileCount: 1,
    },
    {
      part: 'test',
      rows: 50,
      counts: [25, 25],
      files: [{ file: join(folder, 'sound-test.jsonl'), rows: 50 }],
      fileCount: 1,
    },
  ]);
  expect(lengths).toMatchObject({ unit: 'words', median: 12, longest: 12, maxLength: 256, cutRows: 0 });
  expect(words.map(({ label }) => label)).toEqual(['a', 'b']);
  expect(digest).toMatch(/^[\da-f]{64}$/);
});

describe('copies', () => {
  const [first, second, third, fourth] = [someText(), someText(), someText(), someText()];
  const train: Line[] = [
    ...someLines(40), // lines 1 to 40
    [first, 'a'],
    [second, 'b'],
    [third, 'a'],
    [`  ${third}\n`, 'a'],
    [fourth, 'a'],
    [fourth.replace(' ', '\t'), 'b'],
  ];
  const test: Line[] = [[`${first} `, 'a'], [second, 'b'], ...someLines(10), [first, 'a'], [fourth, 'b']];
  const inspected = inspect({
    train: write('copies.jsonl', train),
    ...folds,
    test: write('copies-test.jsonl', test),
  });

  it('are leakage between parts', async () => {
    expect(found(await inspected, 'leakage')).toEqual([
      {
        severity: 'warning',
        title: '4 test rows of 14 are also trained on',
        count: 7,
        rows: [
          'train:41 a 0',
          'test:1 a 0',
          'test:13 a 0',
          'train:42 b 1',
          'test:2 b 1',
          'train:45 a 2',
          'test:14 b 2',
        ],
      },
    ]);
  });

  it('are contradictions where their labels differ', async () => {
    expect(found(await inspected, 'conflictingLabels')).toEqual([
      {
        severity: 'warning',
        title: '1 text comes with different labels, in 3 rows',
        count: 3,
        rows: ['train:45 a 0', 'train:46 b 0', 'test:14 b 0'],
      },
    ]);
  });

  it('are duplicates within a part', async () => {
    expect(found(await inspected, 'duplicate')).toEqual([
      {
        severity: 'info',
        title: '2 rows repeat the text and label of another one',
        count: 4,
        rows: ['test:1 a 0', 'test:13 a 0', 'train:43 a 1', 'train:44 a 1'],
      },
    ]);
  });

  it('come the worst first, and nothing else is said of them', async () => {
    expect(kinds(await inspected)).toEqual(['leakage', 'conflictingLabels', 'duplicate']);
  });

  it('with several labels contradict each other where these are not the same', async () => {
    const lines = [
      ...someLines(20).map(([text]) => ({ text, label: ['x', 'y'] })),
      { text: 'the very same text', label: ['x', 'y'] },
      { text: 'the very same text', label: ['y', 'x'] },
      { text: 'and another one', label: ['x'] },
      { text: 'and another one', label: [] },
    ];
    writeFileSync(join(folder, 'multi.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const report = await inspect({ train: 'multi.jsonl', task: 'multi-label', ...folds });
    expect(found(report, 'conflictingLabels')).toMatchObject([
      { rows: ['train:23 x 0', 'train:24 no label 0'] },
    ]);
    expect(found(report, 'duplicate')).toMatchObject([{ rows: ['train:21 x, y 0', 'train:22 y, x 0'] }]);
  });
});

describe('near copies', () => {
  const long = someText(80);
  const inspected = inspect({
    train: write('near.jsonl', [
      ...someLines(10),
      [long, 'a'],
      [`${long.toUpperCase()}!`, 'a'],
      ['oh well, well, well', 'b'],
      ['Oh well! Well, well!', 'b'],
    ]),
    ...folds,
    test: write('near-test.jsonl', [...someLines(5), [`${long} wirklich`, 'a'], [long, 'a']]),
  });

  it('are told apart from the same texts', async () => {
    expect(found(await inspected, 'nearLeakage')).toEqual([
      {
        severity: 'warning',
        title: '1 test row of 7 is nearly the same as one that is trained on',
        count: 2,
        rows: ['train:11 a 0', 'test:6 a 0'],
      },
    ]);
    expect(found(await inspected, 'nearDuplicate')).toMatchObject([
      { title: '1 row is nearly the same as another one', rows: ['train:11 a 0', 'train:12 a 0'] },
    ]);
    expect(found(await inspected, 'leakage')).toMatchObject([{ rows: ['train:11 a 0', 'test:7 a 0'] }]);
  });
});

describe('single texts', () => {
  const german =
    'Das ist ein ganz gewöhnlicher Satz, den jeder Mensch in diesem Land ohne weiteres lesen und verstehen kann';
  const sentences = [
    'The people of this small town have always thought that the river would never come into their houses again',
    'It was one of those evenings when nobody wanted to go home and everyone was waiting for the music to start',
    'She said that she had been to the market in the morning and that there was nothing left of the old bread',
  ];
  const english = Array.from(
    { length: 90 },
    (_, i): Line => [
      `${sentences[i % 3]}, as number ${i} of the list says of the things that were seen ${i * 7} times`,
      i % 2 ? 'b' : 'a',
    ],
  );
  const inspected = inspect({
    train: write('texts.jsonl', [
      ...english, // lines 1 to 90
      [german, 'a'],
      ['!!! ... ???', 'a'],
      ['a cafÃ© in the old town', 'b'],
      ['fish &amp; chips', 'b'],
    ]),
    ...folds,
  });

  it('are found in another language', async () => {
    expect(found(await inspected, 'wrongLanguage')).toMatchObject([
      { title: '1 text is probably not in English', rows: ['train:91 a -'] },
    ]);
  });

  it('are found without a word', async () => {
    expect(found(await inspected, 'emptyText')).toMatchObject([
      { severity: 'warning', title: '1 text has no word', rows: ['train:92 a -'] },
    ]);
  });

  it('need no word where a model reads characters', async () => {
    const tokenizer = { type: 'character' };
    expect(kinds(await inspect({ train: 'texts.jsonl', ...folds }, { tokenizer }))).not.toContain(
      'emptyText',
    );
  });

  it('are found with damaged characters, and apart from these with entities', async () => {
    expect(found(await inspected, 'wrongEncoding')).toMatchObject([
      {
        severity: 'warning',
        title: '1 text is probably damaged by a wrong encoding',
        rows: ['train:93 b -'],
      },
      { severity: 'info', title: '1 text has HTML entities or control characters', rows: ['train:94 b -'] },
    ]);
  });
});

it('lists rows that cannot be read, and looks at the others', async () => {
  const lines = someLines(10).map(([text, label]) => JSON.stringify({ text, label }));
  lines[3] = '{"text": "no label"}';
  lines[6] = '{"text": "  ", "label": "a"}';
  writeFileSync(join(folder, 'bad.jsonl'), lines.join('\n'));
  const test = write('bad-test.jsonl', [...someLines(3), ['a text of another class', 'c']]);
  const inspected = await inspect({ train: 'bad.jsonl', ...folds, test });
  expect(found(inspected, 'unreadable')).toMatchObject([
    { severity: 'error', count: 3, rows: ['train:4  -', 'train:7  -', 'test:4  -'] },
  ]);
  expect(kinds(inspected)[0]).toBe('unreadable');
  expect(inspected.report.parts.map(({ rows }) => rows)).toEqual([8, 3]);
  expect(inspected.rows[0]!.map(({ note }) => note)).toEqual([
    expect.stringMatching(/label/),
    expect.stringMatching(/empty/),
    'no training row has the label "c"',
  ]);
});

it('warns of a rare class, and of classes that no row has', async () => {
  const train = write('rare.jsonl', [
    ...someLines(100).map(([text]): Line => [text, 'a']),
    [someText(), 'b'],
  ]);
  const data = { train, ...folds, labels: ['a', 'b', 'c'] };
  expect(found(await inspect(data), 'imbalance')).toMatchObject([
    { severity: 'warning', title: 'The class "b" is rare: 1 training row beside 100 of "a"', count: 0 },
  ]);
  expect(found(await inspect(data, { training: { classWeights: 'balanced' } }), 'imbalance')).toMatchObject([
    { severity: 'info' },
  ]);
  expect(found(await inspect(data), 'unseenLabel')).toMatchObject([
    { title: 'No training row has the label "c"' },
  ]);
});

describe('lengths', () => {
  const lines = Array.from({ length: 20 }, (_, i): Line => [someText(i < 10 ? 5 : 45), i % 2 ? 'a' : 'b']);
  const train = write('long.jsonl', lines);

  it('are those of the tokens that the model reads', async () => {
    const { report } = await inspect({ train, ...folds }, { tokenizer: { maxLength: 20 } });
    expect(report.lengths).toMatchObject({
      unit: 'words',
      maxLength: 20,
      cutRows: 10,
      cutShare: 0.5,
      longest: 45,
    });
    expect(report.findings.map(({ title }) => title)).toEqual([
      '50 % of the training texts are cut: 50 % of all words are never read',
    ]);
    const characters = await inspect({ train, ...folds }, { tokenizer: { type: 'character' } });
    expect(characters.report.lengths).toMatchObject({
      unit: 'characters',
      maxLength: 256,
      longest: Math.max(...lines.map(([text]) => text.length)),
    });
  });

  it('may be cut in a few texts alone', async () => {
    const few = write('few.jsonl', [...someLines(300), [someText(5000), 'a']]);
    const { report } = await inspect({ train: few, ...folds }, { tokenizer: { maxLength: 100 } });
    expect(report.findings.map(({ title }) => title)).toEqual([
      'Less than 1 % of the training texts are cut: 57 % of all words are never read',
    ]);
  });

  it('have no limit where a model reads all, or where its encoder is not here', async () => {
    for (const model of [
      { type: 'baseline' },
      { type: 'pretrained', encoder: 'someone/nothing-of-the-kind' },
    ]) {
      const { report } = await inspect({ train, ...folds }, { model });
      expect(report.lengths).toMatchObject({ unit: 'words', maxLength: null, cutRows: 0 });
    }
  });
});

it('says the same of the same data again', async () => {
  const data = {
    train: write('twice.jsonl', [...someLines(50), ['again', 'a'], ['again', 'b']]),
    validation: 0.3,
  };
  expect(await inspect(data)).toEqual(await inspect(data));
});

it('ends when it is cancelled, and tells how far it is', async () => {
  const controller = new AbortController();
  const told: number[][] = [];
  const experiment = experimentOf({ train: write('large.jsonl', someLines(20_000)), validation: 0.5 });
  const options = {
    signal: controller.signal,
    progress: (done: number, total: number) => {
      told.push([done, total]);
      if (done > 0) controller.abort(new Error('enough'));
    },
  };
  await expect(inspectExperiment(experiment, folder, options)).rejects.toThrow('enough');
  expect(told[0]).toEqual([0, 0]);
  expect(told.at(-1)![1]).toBe(20_000);
});

describe('a data file by itself', () => {
  it('is all training rows, its columns guessed', async () => {
    const text = someLines(30).map(([text, label], i) => `${i},"${text}",${label}`);
    writeFileSync(join(folder, 'alone.csv'), `id,review,sentiment\n${text.join('\n')}\n`);
    const experiment = await experimentOfDataFile(join(folder, 'alone.csv'));
    const { report } = await inspectExperiment(experiment, folder);
    expect(report.parts).toMatchObject([{ part: 'train', rows: 30, counts: [15, 15] }]);
    expect(report.lengths.maxLength).toBeNull();
  });

  it('needs a text and a class', async () => {
    writeFileSync(join(folder, 'numbers.csv'), 'x,y\n1,2\n3,4\n');
    await expect(experimentOfDataFile(join(folder, 'numbers.csv'))).rejects.toThrow(/looks like a text/);
  });
});
