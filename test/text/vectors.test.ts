import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { HumanError } from '../../src/protocol/human-error';
import { embeddingMatrix } from '../../src/text/embedding-matrix';
import { readVectorSize, readVectors } from '../../src/text/vectors';
import { vocabularyOf } from '../../src/text/vocabulary';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'textclf-vectors-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(contents: string | Buffer) {
  const file = join(folder, 'vectors.txt');
  await writeFile(file, contents);
  return file;
}

/** Reads all vectors: those of the words given, or of every word. */
async function readAll(file: string, words?: string[]) {
  const rows: string[] = [];
  const vectors: Record<string, number[]> = {};
  const summary = await readVectors(
    file,
    (word) => (words && !words.includes(word) ? undefined : rows.push(word) - 1),
    (row, vector) => {
      vectors[rows[row]!] = [...vector];
    },
  );
  return { ...summary, vectors };
}

const readable: [what: string, contents: string, vectors: Record<string, number[]>][] = [
  ['plain lines', 'the 0.5 -1.25\ncat 2 3e-1\n', { the: [0.5, -1.25], cat: [2, Math.fround(0.3)] }],
  ['no line end at the end', 'the 1 2\ncat 3 4', { the: [1, 2], cat: [3, 4] }],
  ['CRLF, trailing spaces and blank lines', 'the 1 2 \r\n\r\ncat 3 4\r\n\n', { the: [1, 2], cat: [3, 4] }],
  ['a header of count and size', '2 3\nthe 1 2 3\ncat 4 5 6\n', { the: [1, 2, 3], cat: [4, 5, 6] }],
  [
    'words with spaces',
    'the 1 2\n. . . 3 4\nat a@b.c 5 6\n',
    { the: [1, 2], '. . .': [3, 4], 'at a@b.c': [5, 6] },
  ],
  ['words that are numbers', '7 1 2\n2012 3 4\n', { 7: [1, 2], 2012: [3, 4] }],
  ['words beyond ASCII', 'été 1 2\n好 3 4\n', { été: [1, 2], 好: [3, 4] }],
  [
    'what fastText writes',
    '3 2\n</s> 0.1 0.2 \nthe 1 2 \n, 3 4 \n',
    { '</s>': [Math.fround(0.1), Math.fround(0.2)], the: [1, 2], ',': [3, 4] },
  ],
  ['a single number each', 'the 1\ncat 2\n', { the: [1], cat: [2] }],
];

it.each(readable)('reads %s', async (_, contents, vectors) => {
  const read = await readAll(await write(contents));
  expect(read.vectors).toEqual(vectors);
  const words = Object.keys(vectors);
  expect(read).toMatchObject({ size: vectors[words[0]!]!.length, found: words.length, total: words.length });
});

it('reads only the wanted words, the first of several', async () => {
  const file = await write('the 1 2\ncat 3 4\ndog 5 6\n');
  expect(await readAll(file, ['dog', 'bird'])).toEqual({
    vectors: { dog: [5, 6] },
    size: 2,
    found: 1,
    total: 3,
  });
  const twice = await write('a 1 2\na 3 4\n');
  const vectors: number[][] = [];
  const summary = await readVectors(
    twice,
    () => 0,
    (_, vector) => vectors.push([...vector]),
  );
  expect(vectors).toEqual([[1, 2]]);
  expect(summary).toEqual({ size: 2, found: 1, total: 2 });
});

it('reads lines that lie across the chunks in which files are read', async () => {
  const random = createRandom(31);
  const lines = Array.from({ length: 30_000 }, (_, i) => {
    const numbers = Array.from({ length: 1 + 9 }, () => (random.normal() * 3).toFixed(random.integer(7)));
    return `wörd${i} ${numbers.join(' ')}`;
  });
  const file = await write(`${lines.join('\n')}\n`);
  const { vectors, total } = await readAll(file);
  expect(total).toBe(30_000);
  for (const line of lines) {
    const [word, ...numbers] = line.split(' ');
    expect(vectors[word!]).toEqual(numbers.map((number) => Math.fround(Number(number))));
  }
});

describe('gzip', () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `word${i} ${i} 0.5 -${i}.25\n`).join('');

  it('is read by its first bytes, whatever the file is called', async () => {
    const plain = await readAll(await write(lines), ['word7', 'word59999']);
    expect(await readAll(await write(gzipSync(lines)), ['word7', 'word59999'])).toEqual(plain);
    expect(plain.vectors.word59999).toEqual([59999, 0.5, -59999.25]);
  });

  it('may have several members', async () => {
    const both = Buffer.concat([gzipSync('2 2\nthe 1 2\n'), gzipSync('cat 3 4\n')]);
    expect((await readAll(await write(both))).vectors).toEqual({ the: [1, 2], cat: [3, 4] });
  });

  it('says where a line is wrong', async () => {
    const file = await write(gzipSync('the 1 2\ncat 1 x\n'));
    const error = (await readAll(file).catch((caught: unknown) => caught)) as HumanError;
    expect(error.place).toEqual({ file, line: 2, column: 7 });
  });

  it.each([
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100), /ends before its gzip stream/],
    ['has no end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 8), /ends before its gzip stream/],
    ['has other bytes', (bytes: Buffer) => bytes.fill(7, 1000, 1100), /is damaged/],
    [
      'has a wrong checksum',
      (bytes: Buffer) => bytes.fill(7, bytes.length - 8, bytes.length - 4),
      /is damaged/,
    ],
  ])('%s: that is said', async (_, damage, says) => {
    const file = await write(damage(gzipSync(lines)));
    const error: unknown = await readAll(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toMatch(says);
    expect((error as HumanError).place).toEqual({ file });
  });

  it('gives the size of its vectors without being read to the end', async () => {
    const cut = gzipSync(lines).subarray(0, 40_000);
    expect(await readVectorSize(await write(cut))).toBe(3);
  });
});

it('reads a million words in little memory', async () => {
  const file = join(folder, 'million.gz');
  const numbers = Array.from({ length: 100 }, (_, i) => ` ${i / 8 - 6}`).join('');
  // 0.5 GB unpacked. Members of the same 10 000 lines are quicker made than a million different ones.
  const lines = Array.from({ length: 10_000 }, (_, i) => `wort${i}${numbers}\n`).join('');
  const member = gzipSync(lines, { level: 1 });
  await writeFile(file, '');
  for (let i = 0; i < 100; i++) await appendFile(file, member);
  const before = process.memoryUsage().rss;
  let most = 0;
  let at = 0;
  const summary = await readVectors(
    file,
    () => {
      if (++at % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
      return undefined;
    },
    () => {},
  );
  expect(summary).toEqual({ size: 100, found: 0, total: 1_000_000 });
  expect(most / 2 ** 20).toBeLessThan(150);
}, 60_000);

describe('refuses', () => {
  const mistakes: [
    what: string,
    contents: string | Buffer,
    line: number | undefined,
    column: number | undefined,
    says: RegExp,
  ][] = [
    ['a short line', 'the 1 2 3\ncat 1 2\n', 2, undefined, /2 numbers instead of 3/],
    ['a long line', 'the 1 2\n\ncat 1 2 3\n', 3, undefined, /3 numbers instead of 2/],
    ['a word alone', 'the 1 2\ncat\n', 2, undefined, /0 numbers instead of 2/],
    ['what is no number', 'the 1 2\nété 1 x2\n', 2, 7, /"x2" is not a number/],
    ['a number that is missing', 'the 1 2 3\ncat 1  3\n', 2, 7, /"" is not a number/],
    ['NaN', 'the 1 2\ncat nan 2\n', 2, 5, /"nan" is not a number/],
    ['prose', 'Once upon a time\nthere was\n', 1, undefined, /not a text file of word vectors/],
    ['an empty file', '', 1, undefined, /not a text file of word vectors/],
    ['a header alone', '10 300\n', 1, undefined, /not a text file of word vectors/],
    ['another size than the header says', '2 3\nthe 1 2\n', 2, undefined, /2 numbers instead of 3/],
    ['a zip archive', Buffer.from('PK\x03\x04\n\0\0', 'latin1'), undefined, undefined, /a zip archive/],
    ['an xz archive', Buffer.from('\xfd7zXZ\0', 'latin1'), undefined, undefined, /packed with xz/],
    [
      "word2vec's binary format",
      Buffer.concat([Buffer.from('2 3\nthe '), Buffer.from(Float32Array.of(1, 2, 3).buffer)]),
      undefined,
      undefined,
      /binary, not a text file/,
    ],
    ['a file without lines', Buffer.alloc(6_000_000, 'x'), 1, undefined, /too long/],
  ];

  it.each(mistakes)('%s', async (_, contents, line, column, says) => {
    const file = await write(contents);
    const error: unknown = await readAll(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HumanError);
    const human = error as HumanError;
    expect(human.place).toEqual({ file, line, column });
    expect(human.message).toMatch(says);
    expect(human.hint).toBeTruthy();
  });

  it('a missing file', async () => {
    const file = join(folder, 'missing.txt');
    const error: unknown = await readAll(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toBe('missing.txt does not exist.');
    expect((error as HumanError).hint).toContain('model.embedding.vectors');
    expect((error as HumanError).place).toEqual({ file });
  });
});

describe('embeddingMatrix', () => {
  it('has the found vectors, zero padding and random rows for the rest', async () => {
    const rare = Array.from({ length: 5000 }, (_, i) => `rare${i}`);
    const vocabulary = vocabularyOf(['<pad>', '<unk>', 'cat', ...rare, 'dog']);
    const file = await write('<pad> 9 9\ndog 1 3\nbird 100 200\ncat -1 5\n');
    const { matrix, size, found } = await embeddingMatrix(vocabulary, file, createRandom(1));
    expect([size, found, matrix.length]).toEqual([2, 2, vocabulary.size * 2]);
    expect([...matrix.subarray(0, 2)]).toEqual([0, 0]);
    expect([...matrix.subarray(4, 6)]).toEqual([-1, 5]);
    expect([...matrix.subarray(-2)]).toEqual([1, 3]);
    expect(matrix[2]! !== 0 && matrix[3]! !== 0).toBe(true);
    // 1, 3, -1 and 5 have mean 2 and variance 5.
    const drawn = matrix.subarray(6, -2);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(5 / drawn.length));
    expect(Math.abs(variance - 5)).toBeLessThan(5 * 5 * Math.sqrt(2 / drawn.length));
    const again = await embeddingMatrix(vocabulary, file, createRandom(1));
    expect(again.matrix).toEqual(matrix);
  });

  it('takes the unknown word from the file, but does not count it as a word that was found', async () => {
    const vocabulary = vocabularyOf(['<pad>', '<unk>', 'cat', 'dog']);
    const file = await write('<unk> 7 8\ndog 1 3\ncat -1 5\n');
    const { matrix, found } = await embeddingMatrix(vocabulary, file, createRandom(1));
    expect(found).toBe(2);
    expect([...matrix]).toEqual([0, 0, 7, 8, -1, 5, 1, 3]);
    const alone = await write('<unk> 7 8\nbird 1 3\n');
    await expect(embeddingMatrix(vocabulary, alone, createRandom(1))).rejects.toThrow(/none of the/);
  });

  it('refuses a file that has none of the words', async () => {
    const file = await write('chat 1 2\nchien 3 4\n');
    const vocabulary = vocabularyOf(['<pad>', '<unk>', 'cat']);
    await expect(embeddingMatrix(vocabulary, file, createRandom(1))).rejects.toThrow(
      /none of the vocabulary's words/,
    );
  });
});

const glove = resolve(import.meta.dirname, '../../../shared/data/glove/glove.100d.100k.txt');
const missing = !existsSync(glove);
it.skipIf(missing)(
  `reads GloVe's vectors to the last bit${missing ? ' (skipped: the vectors are not on this machine)' : ''}`,
  async () => {
    const lines = (await readFile(glove, 'utf8')).trimEnd().split('\n');
    const every = 997;
    const numbers = new Map<string, number[]>();
    for (let i = 0; i < lines.length; i += every) {
      const [word, ...values] = lines[i]!.split(' ');
      numbers.set(
        word!,
        values.map((value) => Math.fround(Number(value))),
      );
    }
    const words = [...numbers.keys()];
    const { vectors, size, found, total } = await readAll(glove, words);
    expect([size, found, total]).toEqual([100, words.length, lines.length]);
    expect(vectors).toEqual(Object.fromEntries(numbers));
  },
);
