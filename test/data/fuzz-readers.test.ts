import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/data/inspect';
import { createRandom, type Random } from '../../src/data/random';
import { readRows } from '../../src/data/read';
import type { Row } from '../../src/data/rows';
import type { DataFile } from '../../src/data/sources';
import { HumanError } from '../../src/protocol/human-error';
import {
  countRows,
  damaged,
  type FuzzRow,
  fileOf,
  flipped,
  parquetFiles,
  pick,
  randomFile,
  randomRows,
  recordOf,
} from './fuzz-files';
import { temporaryFolder } from './support';

/** TEXTCLF_FUZZ_SEED=… passes the same files again, TEXTCLF_FUZZ_ROUNDS=… passes more of them. */
const seed = Number(process.env.TEXTCLF_FUZZ_SEED ?? 20_261_122);
const rounds = Number(process.env.TEXTCLF_FUZZ_ROUNDS ?? 1_500);
/** Milliseconds: files of a few kilobytes take one. */
const longest = 5_000;
const folder = temporaryFolder();

console.log(`fuzzing the readers: TEXTCLF_FUZZ_SEED=${seed} TEXTCLF_FUZZ_ROUNDS=${rounds}`);

const columns = { text: 'text', label: 'label' };

interface Outcome {
  rows: Row[];
  problems: { file: string; line: number }[];
  error?: HumanError;
}

/** @throws what is none of a person's mistakes */
async function readFuzzed(data: DataFile, options: { labels?: string[] } = {}): Promise<Outcome> {
  const rows: Row[] = [];
  const problems: Outcome['problems'] = [];
  const started = performance.now();
  const onProblem = ({ file, line }: { file: string; line: number }) => problems.push({ file, line });
  try {
    await readRows(data, { ...columns, ...options, onProblem }, (row) => {
      rows.push(row);
    });
    return { rows, problems };
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    return { rows, problems, error };
  } finally {
    expect(performance.now() - started).toBeLessThan(longest);
  }
}

/** Each round has a generator of its own, so that one can be passed alone: TEXTCLF_FUZZ_SEED=that of the round, and one round. */
async function eachRound(count: number, round: (random: Random) => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) {
    try {
      await round(createRandom(seed + i));
    } catch (error) {
      throw new Error(`TEXTCLF_FUZZ_SEED=${seed + i} TEXTCLF_FUZZ_ROUNDS=1`, { cause: error });
    }
  }
}

it('loses no row of a damaged file in silence, and never fails but with words', async () => {
  const seen = { refused: 0, whole: 0 };
  await eachRound(rounds, async (random) => {
    const made = randomFile(random);
    const bytes = damaged(random, made.bytes);
    const file = await folder.write('fuzzed', bytes);
    const data: DataFile = { file, format: made.format, gzipped: made.gzipped };
    const { rows, problems, error } = await readFuzzed(data);
    if (error) {
      seen.refused++;
      expect(error.place?.file).toBe(file);
      expect(error.hint).toBeTruthy();
      return;
    }
    seen.whole++;
    const expected = countRows({ ...made, bytes });
    if (expected === 'unknown') {
      const { num_rows } = parquetMetadata(new Uint8Array(bytes));
      expect(rows.length + problems.length).toBe(Number(num_rows));
    } else expect(rows.length + problems.length).toBe(expected);
  });
  // Neither may be all that is tried.
  if (rounds >= 100) {
    expect(seen.refused).toBeGreaterThan(rounds / 10);
    expect(seen.whole).toBeGreaterThan(rounds / 10);
  }
});

it('ends with Parquet files whose bytes are changed where they are, and has no more rows than they have', async () => {
  let whole = 0;
  await eachRound(Math.ceil(rounds / 2), async (random) => {
    const bytes = flipped(random, pick(random, parquetFiles));
    const file = await folder.write('flipped.parquet', bytes);
    const { rows, problems, error } = await readFuzzed({ file, format: 'parquet', gzipped: false });
    if (error) return;
    whole++;
    expect(rows.length + problems.length).toBe(Number(parquetMetadata(new Uint8Array(bytes)).num_rows));
  });
  if (rounds >= 100) expect(whole).toBeGreaterThan(rounds / 10);
});

it('looks into damaged files without failing but with words', async () => {
  await eachRound(Math.ceil(rounds / 5), async (random) => {
    const made = randomFile(random);
    const extension = made.format === 'fasttext' ? 'ft' : made.format;
    const name = `looked.${extension}${made.gzipped ? '.gz' : ''}`;
    const file = await folder.write(name, damaged(random, made.bytes));
    const found = await inspect(file).catch((error: unknown) => error);
    if (found instanceof HumanError) return;
    if (found instanceof Error) throw found;
  });
});

describe('tells of exactly the rows that are damaged', () => {
  type Wrong = (random: Random, row: FuzzRow) => string;
  const json: Wrong[] = [
    () => 'null',
    () => '[1]',
    (_, { label }) => JSON.stringify({ label }),
    (_, { label }) => JSON.stringify({ text: null, label }),
    (_, { label }) => JSON.stringify({ text: { en: 'x' }, label }),
    (_, { text }) => JSON.stringify({ text, label: null }),
    (_, { text }) => JSON.stringify({ text, label: 'eggs' }),
    (_, { label }) => JSON.stringify({ text: ' \n', label }),
  ];
  const delimited = (delimiter: string): Wrong[] => [
    (_, { label }) => ['""', label, '7'].join(delimiter),
    () => ['x', 'ham'].join(delimiter),
    () => ['x', 'ham', '7', '8'].join(delimiter),
    () => ['x', ' ', '7'].join(delimiter),
    () => ['ham', 'x', '7'].join(delimiter),
  ];
  const wrong: Record<keyof typeof recordOf, Wrong[]> = {
    csv: delimited(','),
    tsv: delimited('\t'),
    json,
    jsonl: [...json, (_, row) => JSON.stringify(row).slice(0, -1), () => '{"text":"x","label":"ham",}'],
    fasttext: [
      (_, { text }) => `x${text.replace(/[\r\n]+/g, ' ')}`,
      () => '__label__ham __label__spam x',
      () => '__label__ham',
      () => '__label__ x',
      () => '__label__eggs x',
    ],
  };

  it.each(Object.keys(wrong) as (keyof typeof recordOf)[])('%s', async (format) => {
    await eachRound(Math.ceil(rounds / 20), async (random) => {
      const isWrong: boolean[] = [];
      const made = randomRows(random);
      const records = made.map((row) => {
        isWrong.push(random.next() < 0.3);
        return isWrong.at(-1) ? pick(random, wrong[format])(random, row) : recordOf[format](row);
      });
      const file = await folder.write(`partly.${format}`, fileOf(format, records));
      const outcome = await readFuzzed({ file, format, gzipped: false }, { labels: ['ham', 'spam'] });
      expect(outcome.error).toBeUndefined();
      const kept = made.filter((_, i) => !isWrong[i]);
      const text = (row: FuzzRow) => (format === 'fasttext' ? row.text.replace(/[\r\n]+/g, ' ') : row.text);
      expect(outcome.rows.map((row) => [row.text, row.labels])).toEqual(
        kept.map((row) => [text(row), [row.label]]),
      );
      // Each record starts on a line of its own, after the one before with all its line breaks.
      let line = format === 'jsonl' || format === 'fasttext' ? 1 : 2;
      const lines = records.map((record) => {
        const start = line;
        line += record.split(/\r\n|\r|\n/).length;
        return start;
      });
      expect(outcome.rows.map((row) => row.line)).toEqual(lines.filter((_, i) => !isWrong[i]));
      expect(outcome.problems.map((problem) => problem.line)).toEqual(lines.filter((_, i) => isWrong[i]));
    });
  });

  it('a folder', async () => {
    await eachRound(Math.ceil(rounds / 50), async (random) => {
      const root = folder.path('classes');
      await rm(root, { recursive: true, force: true });
      const kept: string[] = [];
      const bad: string[] = [];
      for (const label of ['ham', 'spam']) {
        await mkdir(folder.path(`classes/${label}`), { recursive: true });
        for (const [i, { text }] of randomRows(random, 6).entries()) {
          const file = folder.path(`classes/${label}/${i}.txt`);
          const isWrong = random.next() < 0.3;
          const contents = pick(random, [
            Buffer.alloc(0),
            Buffer.from([0x61, 0xff]),
            Buffer.from('a\0'),
            Buffer.from('\n'),
          ]);
          await writeFile(file, isWrong ? contents : text);
          (isWrong ? bad : kept).push(file);
        }
      }
      const outcome = await readFuzzed({ file: root, format: 'folder', gzipped: false });
      expect(outcome.error).toBeUndefined();
      expect(outcome.rows.map(({ file }) => file)).toEqual(kept);
      expect(outcome.problems.map(({ file }) => file)).toEqual(bad);
      for (const { file, text } of outcome.rows) expect(text).toBe(await readFile(file, 'utf8'));
    });
  });
});
