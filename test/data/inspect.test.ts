import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guessLabelSeparator } from '../../src/data/guess-columns';
import { inspect } from '../../src/data/inspect';
import { humanErrorOf, sharedData, temporaryFolder } from './support';

const folder = temporaryFolder();
const review = (i: number) => `A film with ${i} good scenes, and as many bad ones.`;
const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i));

describe('the text and the label column', () => {
  const table: [what: string, name: string, contents: string, text?: string, label?: string][] = [
    [
      'by their names',
      'a.csv',
      `text,label\n${rows(9, (i) => `${review(i)},${i % 2}\n`.replace(',', ';')).join('')}`,
      'text',
      'label',
    ],
    [
      'by what they hold',
      'b.tsv',
      `id\tstuff\tkind\n${rows(30, (i) => `${i}\t${review(i)}\t${i % 3 ? 'a' : 'b'}\n`).join('')}`,
      'stuff',
      'kind',
    ],
    [
      'in JSON Lines',
      'c.jsonl',
      rows(20, (i) => `${JSON.stringify({ id: i, Review: review(i), tags: ['x'], stars: i % 5 })}\n`).join(
        '',
      ),
      'Review',
      'stars',
    ],
    [
      'with a class that all first rows have',
      'd.csv',
      `sentiment,review\n${rows(8, (i) => `neg,"${review(i)}"\n`).join('')}`,
      'review',
      'sentiment',
    ],
    [
      'of numbers alone: none',
      'e.csv',
      `a,b\n${rows(40, (i) => `${i},${i * 7}\n`).join('')}`,
      undefined,
      undefined,
    ],
    [
      'without a class',
      'f.csv',
      `text,id\n${rows(40, (i) => `"${review(i)}",${i}\n`).join('')}`,
      'text',
      undefined,
    ],
    ['of a header alone', 'g.csv', 'text,label\n', undefined, undefined],
  ];
  it.each(table)('%s', async (_, name, contents, text, label) => {
    const found = await inspect(await folder.write(name, contents));
    expect([found.textColumn, found.labelColumn]).toEqual([text, label]);
  });
});

describe('several labels in one value', () => {
  const moods = ['joy', 'joy,fear', 'fear', 'anger, joy', 'anger', 'fear,anger', ''];
  const table: [what: string, values: readonly string[], separator: string | undefined][] = [
    ['with commas', moods, ','],
    ['with bars', moods.map((value) => value.replaceAll(/, ?/g, ' | ')), '|'],
    ['with semicolons', moods.map((value) => value.replaceAll(',', ';')), ';'],
    ['of one label each: none', ['joy', 'fear', 'anger'], undefined],
    ['of names with commas in them: none', ['Washington, D.C.', 'Paris, France', 'Rome'], undefined],
    ['with an empty part: none', ['joy,,fear', 'joy', 'fear'], undefined],
    ['of nothing: none', [], undefined],
    [
      'of sentences: none',
      ['so, I went there, and then I saw it, quite far away from all others', 'so'],
      undefined,
    ],
  ];
  it.each(table)('%s', (_, values, separator) => {
    expect(guessLabelSeparator(values)).toBe(separator);
  });

  it('are told of their column, which is the likeliest one even where there are many combinations', async () => {
    const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const tags = (i: number) => classes.filter((_, bit) => (i >> bit) % 2 === 1).join(';');
    const contents = `id,review,tags\n${rows(120, (i) => `${i},"${review(i)}",${tags(i + 1)}\n`).join('')}`;
    const found = await inspect(await folder.write('tags.csv', contents));
    expect(found).toMatchObject({ textColumn: 'review', labelColumn: 'tags' });
    expect(found.columns.map(({ labelSeparator }) => labelSeparator)).toEqual([undefined, undefined, ';']);
  });
});

it('knows several labels from the lists of JSON Lines', async () => {
  const lists = [['joy'], ['joy', 'fear'], ['fear'], [], ['anger', 'joy'], ['anger']];
  const lines = rows(
    30,
    (i) => `${JSON.stringify({ review: review(i), moods: lists[i % 6], none: null })}\n`,
  );
  const found = await inspect(await folder.write('lists.jsonl', lines.join('')));
  expect(found).toMatchObject({ textColumn: 'review', labelColumn: 'moods' });
  expect(found.columns.map(({ name, labelSeparator }) => [name, labelSeparator])).toEqual([
    ['review', undefined],
    ['moods', ','],
  ]);
});

describe('what is looked at', () => {
  it('counts values, most frequent first', async () => {
    const file = await folder.write('counts.csv', 'text,label\n"one, two",b\nthree,a\nfour, b \n\n');
    expect(await inspect(file)).toEqual({
      format: 'csv',
      columns: [
        { name: 'text', distinct: 3, values: ['one, two', 'three', 'four'], meanLength: 17 / 3 },
        { name: 'label', distinct: 2, values: ['b', 'a'], meanLength: 1 },
      ],
      textColumn: 'text',
      labelColumn: 'label',
      rows: 3,
      complete: true,
    });
  });

  it('reads no more than a thousand rows', async () => {
    const file = await folder.write('many.csv', `text,label\n${rows(1001, (i) => `text ${i},x\n`).join('')}`);
    const found = await inspect(file);
    expect(found).toMatchObject({ rows: 1000, complete: false });
    expect(found.columns[0]!.distinct).toBe(1000);
  });

  it('reads no more than a megabyte, wherever that ends', async () => {
    // In the middle of a quoted text with line breaks.
    const text = `"${'some words\n'.repeat(30_000)}"`;
    const file = await folder.write('long.csv', `text,label\n${rows(5, () => `${text},x\n`).join('')}`);
    const found = await inspect(file);
    expect(found.complete).toBe(false);
    expect(found.columns.map(({ name }) => name)).toEqual(['text', 'label']);
    expect(found.columns[0]!.values[0]!.length).toBeLessThan(300);
  });

  it('reads whole lines of JSON until they are a megabyte', async () => {
    const line = `${JSON.stringify({ text: 'x'.repeat(400_000), label: 'a' })}\n`;
    expect(await inspect(await folder.write('long.jsonl', line.repeat(4)))).toMatchObject({
      rows: 3,
      complete: false,
    });
  });

  it('says what is wrong with a file that cannot be read', async () => {
    const missing = await humanErrorOf(inspect(folder.path('none.csv')));
    expect(missing.message).toContain('none.csv does not exist');
    const quoted = await folder.write('quoted.csv', 'text,label\n"never closed,a\n');
    expect((await inspect(quoted).catch((error: Error) => error.message)) as unknown).toContain(
      'never closed',
    );
    const unknown = await folder.write('data.xyz', 'text\n');
    expect((await humanErrorOf(inspect(unknown))).message).toContain('.xyz');
  });
});

const real: [file: string, text: string, label: string][] = [
  ['imdb/train.csv', 'text', 'label'],
  ['sms_spam/all.csv', 'text', 'label'],
  ['trec6/train.csv', 'text', 'label'],
];
for (const [name, text, label] of real) {
  const file = join(sharedData, name);
  const missing = !existsSync(file);
  it.skipIf(missing)(
    `finds the columns of ${name}${missing ? ' (skipped: not on this machine)' : ''}`,
    async () => {
      const { textColumn, labelColumn } = await inspect(file);
      expect({ textColumn, labelColumn }).toEqual({ textColumn: text, labelColumn: label });
    },
  );
}

it('says what is wrong where no row can be read', async () => {
  const file = await folder.write('list.jsonl', JSON.stringify([{ text: 'a', label: 'b' }]));
  const error = await humanErrorOf(inspect(file));
  expect(error.place).toMatchObject({ file, line: 1 });
  expect(error.message).toContain('a list');
});
