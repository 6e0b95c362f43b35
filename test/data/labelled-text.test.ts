import { describe, expect, it } from 'vitest';
import {
  LabelledText,
  type LabelledTextOptions,
  type TextEdit,
  type TextFormat,
} from '../../src/data/labelled-text';
import { createRandom, type Random } from '../../src/data/random';
import type { Row } from '../../src/data/rows';
import { HumanError } from '../../src/protocol/human-error';
import { readAll } from '../support/read-all';
import { temporaryFolder } from './support';

const folder = temporaryFolder();

function applied(source: string, edits: readonly TextEdit[]): string {
  let text = source;
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + replacement + text.slice(end);
  }
  return text;
}

/** The text of a file after the first record of a line got other labels. */
function relabel(
  source: string,
  line: number,
  labels: string[],
  options: Partial<LabelledTextOptions>,
): string {
  const text = new LabelledText(source, { ...defaults, ...options });
  const [record] = text.recordsAt(line);
  const edits = record!.relabel(labels);
  return 'reason' in edits ? edits.reason : applied(source, edits);
}

const defaults = { format: 'csv', text: 'text', label: 'label' } as const;
const jsonl = { format: 'jsonl' } as const;
const multi = { task: 'multi-label' } as const;

describe('another label is written into its field alone', () => {
  it.each<
    [
      what: string,
      options: Partial<LabelledTextOptions>,
      before: string,
      line: number,
      labels: string[],
      after: string,
    ]
  >([
    ['a plain one', {}, 'text,label\nhi,neg\nyo,neg', 2, ['pos'], 'text,label\nhi,pos\nyo,neg'],
    [
      'in quotes',
      {},
      'label,text\r\n"neg","a ""b"", c"\r\n',
      2,
      ['pos'],
      'label,text\r\n"pos","a ""b"", c"\r\n',
    ],
    ['that needs quotes', {}, 'text,label\nhi,neg\n', 2, ['a, b'], 'text,label\nhi,"a, b"\n'],
    ['that has quotes', {}, 'text,label\nhi,"neg"\n', 2, ['"x"'], 'text,label\nhi,"""x"""\n'],
    ['with spaces around', {}, 'text,label\nhi, neg \n', 2, ['pos'], 'text,label\nhi, pos \n'],
    [
      'behind a text of several lines',
      {},
      'text,label\n"a\nb,c\n",neg\nx,neg\n',
      2,
      ['pos'],
      'text,label\n"a\nb,c\n",pos\nx,neg\n',
    ],
    [
      'under a header that is not on the first line',
      {},
      '\n \n text , label \nhi,neg',
      4,
      ['pos'],
      '\n \n text , label \nhi,pos',
    ],
    [
      'of a tab-separated file',
      { format: 'tsv' },
      'text\tlabel\na, b\tneg\n',
      2,
      ['pos'],
      'text\tlabel\na, b\tpos\n',
    ],
    [
      'of several columns of text',
      { text: ['a', 'b'] },
      'a,label,b\nx,neg,y\n',
      2,
      ['pos'],
      'a,label,b\nx,pos,y\n',
    ],
    [
      'a list with spaces',
      multi,
      'text,label\nhi,"b, a"\n',
      2,
      ['a', 'b', 'c'],
      'text,label\nhi,"b, a, c"\n',
    ],
    ['a list that loses one', multi, 'text,label\nhi,"b,a"\n', 2, ['a'], 'text,label\nhi,"a"\n'],
    ['a list that loses all', multi, 'text,label\nhi,"b,a"\n', 2, [], 'text,label\nhi,""\n'],
    ['a list that was empty', multi, 'text,label\nhi,\n', 2, ['a', 'b'], 'text,label\nhi,"a,b"\n'],
    [
      'columns of 0 and 1',
      { ...multi, label: ['x', 'y'] },
      'x,text,y\n0,hi, 1 \n',
      2,
      ['x'],
      'x,text,y\n1,hi, 0 \n',
    ],
    [
      'columns of words',
      { ...multi, label: ['x', 'y'] },
      'x,text,y\nFALSE,hi,true\n',
      2,
      ['x'],
      'x,text,y\nTRUE,hi,false\n',
    ],
    [
      'in JSON Lines',
      jsonl,
      '{"label": "neg", "text": "label"}\n',
      1,
      ['größe "x"'],
      '{"label": "größe \\"x\\"", "text": "label"}\n',
    ],
    ['a number stays one', jsonl, ' {"text":"a","label":0}\r\n', 1, ['1'], ' {"text":"a","label":1}\r\n'],
    ['a number becomes a word', jsonl, '{"text":"a","label":0}', 1, ['pos'], '{"text":"a","label":"pos"}'],
    [
      'a truth value stays one',
      jsonl,
      '{"text":"a","label":true}',
      1,
      ['false'],
      '{"text":"a","label":false}',
    ],
    [
      'the last of two fields by one name',
      jsonl,
      '{"label":"a","text":"t","label":"b"}',
      1,
      ['c'],
      '{"label":"a","text":"t","label":"c"}',
    ],
    [
      'a list in JSON',
      { ...jsonl, ...multi },
      '{"text":"t","label":[ "a",  "b" ]}',
      1,
      ['b', 'c'],
      '{"text":"t","label":[ "b",  "c" ]}',
    ],
    [
      'an empty list in JSON',
      { ...jsonl, ...multi },
      '{"text":"t","label":[]}',
      1,
      ['b', 'c'],
      '{"text":"t","label":["b", "c"]}',
    ],
    [
      'a list of numbers',
      { ...jsonl, ...multi },
      '{"text":"t","label":[1]}',
      1,
      ['1', '2'],
      '{"text":"t","label":[1, 2]}',
    ],
    [
      'in a list of objects',
      { format: 'json' },
      '[\n  {\n    "text": "t",\n    "label": "a"\n  }, {"text": "u", "label": "b"}\n]',
      2,
      ['c'],
      '[\n  {\n    "text": "t",\n    "label": "c"\n  }, {"text": "u", "label": "b"}\n]',
    ],
    [
      'in a list inside of an object',
      { format: 'json' },
      '{"n": {"x": 1}, "data": [{"text": "{t", "label": "a"}]}',
      1,
      ['c'],
      '{"n": {"x": 1}, "data": [{"text": "{t", "label": "c"}]}',
    ],
    [
      'of fastText',
      { format: 'fasttext' },
      ' __label__a  What __label__b?\r\n',
      1,
      ['c'],
      ' __label__c  What __label__b?\r\n',
    ],
    [
      'several of fastText',
      { format: 'fasttext', ...multi },
      '__label__a __label__b t',
      1,
      ['c', 'b'],
      '__label__b __label__c t',
    ],
    ['none of fastText', { format: 'fasttext', ...multi }, '__label__a t', 1, [], 't'],
  ])('%s', (_, options, before, line, labels, after) => {
    expect(relabel(before, line, labels, options)).toBe(after);
  });

  it.each<
    [what: string, options: Partial<LabelledTextOptions>, before: string, labels: string[], words: RegExp]
  >([
    ['a separator inside of a label', multi, 'text,label\nhi,a', ['x,y', 'a'], /stands between labels/],
    [
      'a space in a label of fastText',
      { format: 'fasttext' },
      '\n__label__a t',
      ['x y'],
      /no way to write the label "x y"/,
    ],
  ])('or it is said why it cannot: %s', (_, options, before, labels, words) => {
    expect(relabel(before, 2, labels, options)).toMatch(words);
  });
});

describe('a record is none where', () => {
  it.each<[what: string, options: Partial<LabelledTextOptions>, source: string, line: number]>([
    ['a line is beyond the end', {}, 'text,label\na,b', 9],
    ['a column is missing', {}, 'text,class\na,b', 2],
    ['there are fewer fields than in the header', {}, 'text,x,label\na,b', 2],
    ['a quote is never closed', {}, 'text,label\n"a,b', 2],
    ['something follows a quote', {}, 'text,label\n"a"x,b', 2],
    ['a line is blank', jsonl, '\n', 1],
    ['a line is no JSON', jsonl, '{"text":"a","label":}', 1],
    ['something follows the object', jsonl, '{"text":"a","label":"b"} x', 1],
    ['a field is null', jsonl, '{"text":"a","label":null}', 1],
    ['an object is cut off', { format: 'json' }, '[{"text":"a","label":"b"', 1],
    ['fastText has two labels', { format: 'fasttext' }, '__label__a __label__b c', 1],
    ['fastText has none', { format: 'fasttext' }, 'c', 1],
    ['flags are none', { ...multi, label: ['x'] }, 'text,x\na,2', 2],
    ['brackets have no end', jsonl, '['.repeat(100_000), 1],
  ])('%s', (_, options, source, line) => {
    expect(new LabelledText(source, { ...defaults, ...options }).recordsAt(line)).toEqual([]);
  });
});

const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)]!;
const pieces = [
  'a',
  ' ',
  ',',
  ';',
  '\t',
  '"',
  '""',
  '\n',
  '\r\n',
  '{',
  '}',
  '[',
  '\\',
  '\\n',
  'é',
  '😀',
  '__label__x ',
  'text',
  '0',
];
const words = ['pos', 'neg', 'größe', '0', '1', 'x y', 'a,b', 'a"b', '"q"', '-', 'true', '😀', '{', 'text'];

interface Sample {
  options: LabelledTextOptions;
  source: string;
}

/** A file as a writer of its own makes it: awkward texts and labels, any line ends. */
function sample(random: Random): Sample {
  const format = pick<TextFormat>(random, ['csv', 'tsv', 'jsonl', 'json', 'fasttext']);
  const isMulti = random.next() < 0.4;
  const isFlags = isMulti && format !== 'fasttext' && random.next() < 0.3;
  const options: LabelledTextOptions = {
    ...{ format, text: random.next() < 0.2 && format !== 'fasttext' ? ['text', 'more'] : 'text' },
    label: isFlags ? ['pos', 'neg'] : 'label',
    ...(isMulti ? { task: 'multi-label', labelSeparator: ';' } : {}),
  };
  const newline = pick(random, ['\n', '\r\n']);
  const rows = Array.from({ length: 1 + random.integer(6) }, () => rowOf(random, options));
  return { options, source: (random.next() < 0.3 ? '\uFEFF' : '') + write(random, rows, options, newline) };
}

type Fields = Record<string, unknown>;

function rowOf(random: Random, { format, label, task }: LabelledTextOptions): Fields {
  const isLine = format === 'fasttext';
  const textOf = () => {
    const text = Array.from({ length: 1 + random.integer(8) }, () => pick(random, pieces)).join('');
    return isLine ? `w${text.replaceAll(/[\r\n]/g, '')}` : `${text}w`;
  };
  const labelOf = () => (isLine ? pick(random, words).replaceAll(/\s/g, '_') : pick(random, words));
  const several = () => [...new Set(Array.from({ length: random.integer(4) }, labelOf))];
  const flags = () =>
    Object.fromEntries([label].flat().map((name) => [name, pick(random, ['0', '1', 'true', 'False'])]));
  const labels = typeof label !== 'string' ? flags() : { label: task ? several() : labelOf() };
  const entries = Object.entries({ text: textOf(), more: textOf(), other: pick(random, pieces), ...labels });
  random.shuffle(entries);
  return Object.fromEntries(entries);
}

function write(random: Random, rows: Fields[], { format }: LabelledTextOptions, newline: string): string {
  if (format === 'json')
    return JSON.stringify(rows.map(typed), null, pick(random, [0, 2])).replaceAll('\n', newline);
  if (format === 'jsonl') return rows.map((row) => JSON.stringify(typed(row)) + newline).join('');
  if (format === 'fasttext') {
    return rows
      .map(({ label, text }) => {
        const heads = [label].flat().map((one) => `__label__${one}${pick(random, [' ', '  '])}`);
        return `${heads.join('')}${text}${newline}`;
      })
      .join('');
  }
  const delimiter = format === 'tsv' ? '\t' : ',';
  const names = Object.keys(rows[0]!);
  const field = (value: unknown) => {
    const text = Array.isArray(value) ? value.join(pick(random, [';', '; '])) : String(value);
    const mustQuote = /["\r\n\t,]/.test(text) || random.next() < 0.2;
    return mustQuote ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((fields) => fields.map(field).join(delimiter) + newline)
    .join('');
}

/** Numbers and truth values as JSON has them. */
function typed(row: Fields): Fields {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    return value === '0' || value === '1' || value === 'true' ? JSON.parse(String(value)) : value;
  };
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name === 'text' || name === 'more' ? value : plain(value),
    ]),
  );
}

async function read(
  source: string,
  { format, ...options }: LabelledTextOptions,
): Promise<Omit<Row, 'file'>[]> {
  const file = await folder.write('data', source);
  const rows = await readAll(file, { format, ...options });
  return rows.map(({ text, labels, line }) => ({ text, labels, line }));
}

it('nothing but the one label changes, in some hundred awkward files', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6);
  let [changed, refused] = [0, 0];
  for (let round = 0; round < 400; round++) {
    const random = createRandom(seed + round);
    const { options, source } = sample(random);
    const what = `SEED=${seed} round ${round}: ${JSON.stringify({ options, source })}`;
    let before: Omit<Row, 'file'>[];
    try {
      before = await read(source, options);
    } catch (error) {
      // No file that the reader takes: an empty label, say.
      if (!(error instanceof HumanError)) throw error;
      continue;
    }
    const mark = source.startsWith('\uFEFF') ? 1 : 0;
    const text = new LabelledText(source.slice(mark), options);
    const chosen = random.integer(before.length);
    const row = before[chosen]!;
    const sameLine = before.filter(({ line }) => line === row.line);
    const records = text.recordsAt(row.line);
    expect(
      records.map(({ text: contents, labels }) => ({ text: contents, labels, line: row.line })),
      what,
    ).toEqual(sameLine);
    const labels = newLabels(random, options);
    const edits = records[sameLine.indexOf(row)]!.relabel(labels);
    if ('reason' in edits) {
      refused++;
      continue;
    }
    const after = await read(source.slice(0, mark) + applied(source.slice(mark), edits), options);
    const relabelled = before.map((one, i) => (i === chosen ? { ...one, labels } : one));
    expect(comparable(after, options), what).toEqual(comparable(relabelled, options));
    changed++;
  }
  expect({ seed, changed: changed > 250, refused: refused < 60 }).toEqual({
    seed,
    changed: true,
    refused: true,
  });
}, 60_000);

it.each([
  ['braces in texts', 'a {b} {"c": d {', 400],
  ['objects that go on and on', '{"a": '.repeat(200), 10],
])('a file of JSON is read no further than each record: %s', (_, text, count) => {
  const record = { text, label: 'pos' };
  const rest = `"${'x'.repeat(99)}", `.repeat(60_000);
  const source = `[${Array.from({ length: count }, () => JSON.stringify(record, null, 1)).join(',\n')}, ${rest} 0]`;
  const labelled = new LabelledText(source, { ...defaults, format: 'json' });
  const began = performance.now();
  const found = Array.from({ length: 4 * count }, (_, i) => labelled.recordsAt(1 + i)).flat();
  expect(found.map(({ labels }) => labels)).toEqual(Array.from({ length: count }, () => ['pos']));
  // To the end of the file from each brace on takes minutes.
  expect(performance.now() - began).toBeLessThan(10_000);
  // What never closes.
  const open = new LabelledText('[{"a": '.repeat(20_000) + rest, { ...defaults, format: 'json' });
  expect(open.recordsAt(1)).toEqual([]);
  expect(performance.now() - began).toBeLessThan(20_000);
});

/** Labels in any order. A list in JSON that is laid out over lines takes more or fewer of them. */
function comparable(rows: readonly Omit<Row, 'file'>[], { format }: LabelledTextOptions) {
  return rows.map(({ text, labels, line }) => ({
    ...{ text, labels: [...labels].sort() },
    ...(format === 'json' ? {} : { line }),
  }));
}

function newLabels(random: Random, { label, task, format }: LabelledTextOptions): string[] {
  if (typeof label !== 'string') return label.filter(() => random.next() < 0.5);
  const labels =
    format === 'fasttext' && random.next() < 0.9 ? words.filter((word) => !word.includes(' ')) : words;
  return task
    ? [...new Set(Array.from({ length: random.integer(4) }, () => pick(random, labels)))]
    : [pick(random, labels)];
}
