import { expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import { HumanError } from '../../src/protocol/human-error';
import { readAll } from '../support/read-all';
import { temporaryFolder } from './support';

const folder = temporaryFolder();
const rounds = 400;
const pieces = [
  'a',
  'word',
  ' ',
  ',',
  '\t',
  '"',
  '""',
  '\n',
  '\r\n',
  '\r',
  'é',
  '好',
  '😀',
  ';',
  '\\',
  '0',
  '\uFEFF',
];

type Format = 'csv' | 'tsv' | 'jsonl';

interface Table {
  format: Format;
  contents: Buffer;
  rows: { text: string; label: string; line: number }[];
}

const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)]!;

/** A line ends at \r\n, \n or \r: found letter by letter, unlike in the reader. */
function lineBreaksIn(text: string): number {
  let breaks = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\n' || (text[i] === '\r' && text[i + 1] !== '\n')) breaks++;
  }
  return breaks;
}

/** A file of random rows as a simple writer makes it, and the rows that must be read from it. */
function randomTable(random: Random): Table {
  const format = pick(random, ['csv', 'tsv', 'jsonl'] as const);
  const delimiter = format === 'tsv' ? '\t' : ',';
  const newline = format === 'jsonl' ? pick(random, ['\n', '\r\n']) : pick(random, ['\n', '\r\n', '\r']);
  const columns = ['text', 'label', 'other'];
  random.shuffle(columns);
  const randomText = () => Array.from({ length: random.integer(12) }, () => pick(random, pieces)).join('');
  const quoteAlways = random.next() < 0.3;
  const field = (value: string) =>
    quoteAlways || /[",\t\r\n]/.test(value) || random.next() < 0.1
      ? `"${value.replaceAll('"', '""')}"`
      : value;

  let contents = random.next() < 0.3 ? '\uFEFF' : '';
  let line = 1;
  if (format !== 'jsonl') {
    contents += columns.map(field).join(delimiter) + newline;
    line++;
  }
  const rows: Table['rows'] = [];
  const count = 1 + random.integer(20);
  for (let i = 0; i < count; i++) {
    if (random.next() < 0.1) {
      contents += newline;
      line++;
    }
    const values: Record<string, string> = {
      text: `${randomText()}x${randomText()}`,
      label: pick(random, ['ham', 'spam', 'é "quoted", 1']),
      other: randomText(),
    };
    const record =
      format === 'jsonl'
        ? JSON.stringify(Object.fromEntries(columns.map((name) => [name, values[name]])))
        : columns.map((name) => field(values[name]!)).join(delimiter);
    rows.push({ text: values.text!, label: values.label!, line });
    const isLast = i === count - 1;
    contents += isLast && random.next() < 0.5 ? record : record + newline;
    line += lineBreaksIn(record) + 1;
  }
  const wide = format !== 'jsonl' && contents.startsWith('\uFEFF') && random.next() < 0.3;
  return { format, rows, contents: Buffer.from(contents, wide ? 'utf16le' : 'utf8') };
}

it('reads back what a simple writer wrote, with the right lines', async () => {
  for (let seed = 0; seed < rounds; seed++) {
    const { format, contents, rows } = randomTable(createRandom(seed));
    const file = await folder.write(`table.${format}`, contents);
    const read = await readAll([file], { text: 'text', label: 'label' });
    expect(
      read.map(({ text, labels: [label], line }) => ({ text, label, line })),
      `seed ${seed}`,
    ).toEqual(rows);
  }
});

function damage(random: Random, contents: Buffer): Buffer {
  const bytes = Buffer.from(contents);
  for (let i = 0; i <= random.integer(4); i++) {
    const byte = pick(random, [0x22, 0x2c, 0x0a, 0x0d, 0x00, 0x7b, 0x80, 0xff, random.integer(256)]);
    bytes[random.integer(bytes.length)] = byte;
  }
  const [from, to] = [random.integer(bytes.length), random.integer(bytes.length)];
  const how = random.next();
  if (how < 0.2) return bytes.subarray(0, from);
  return how < 0.3 ? Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]) : bytes;
}

it('answers damaged bytes with rows or with a HumanError that names the file', async () => {
  let refused = 0;
  for (let seed = 0; seed < rounds * 2; seed++) {
    const random = createRandom(1_000_000 + seed);
    const { format, contents } = randomTable(random);
    const damaged = damage(random, contents);
    const file = await folder.write(`damaged.${format}`, damaged);
    try {
      const rows = await readAll([file], { text: 'text', label: 'label' });
      const lines = rows.map((row) => row.line);
      expect(lines, `seed ${seed}`).toEqual([...lines].sort((a, b) => a - b));
      expect(lines[0], `seed ${seed}`).toBeGreaterThan(0);
    } catch (error) {
      if (!(error instanceof HumanError)) throw new Error(`seed ${seed}`, { cause: error });
      refused++;
      expect(error.place?.file, `seed ${seed}`).toBe(file);
      expect(error.hint, `seed ${seed}`).toBeTruthy();
      // No place outside the file.
      expect(error.place?.line ?? 1, `seed ${seed}`).toBeLessThanOrEqual(
        lineBreaksIn(damaged.toString('latin1')) + 1,
      );
    }
  }
  expect(refused).toBeGreaterThan(rounds / 2);
});
