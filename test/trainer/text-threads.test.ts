import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/data/load';
import { createRandom } from '../../src/data/random';
import type { Dataset } from '../../src/data/rows';
import { parseExperiment } from '../../src/experiment/parse';
import { HumanError } from '../../src/protocol/human-error';
import { Room } from '../../src/store/byte-writer';
import { DataCache } from '../../src/store/data-cache';
import { numberData, type PrepareSettings } from '../../src/trainer/number-data';
import { type NetworkExperiment, prepareData } from '../../src/trainer/prepare';
import { encodeData } from '../../src/trainer/prepare-pretrained';
import { temporaryFolder } from '../data/support';
import { prepareHere } from '../support/prepare';

/** `npm test` builds it. */
const threadFile = new URL('../../dist/text-thread.js', import.meta.url);
const folder = temporaryFolder();

const words = [
  'the',
  'film',
  'été',
  "don't",
  ':-)',
  'a-very-long-word-of-many-letters',
  '😀',
  '日本',
  '',
  'B2B',
  '<br/>',
];

async function dataset(seed: number, memory = 1 << 30): Promise<Dataset> {
  const random = createRandom(seed);
  const text = () => {
    const length = random.integer(12) === 0 ? 0 : random.integer(20);
    const all = Array.from(
      { length },
      () => `${words[random.integer(words.length)]}${random.integer(6) || ''}`,
    );
    // A text must not be empty, but it may be without words.
    return `${all.join(' ')} .`;
  };
  const rows = (count: number) =>
    Array.from({ length: count }, (_, i) => `${JSON.stringify({ text: text(), label: 'ab'[i % 2] })}\n`).join(
      '',
    );
  writeFileSync(folder.path('train.jsonl'), rows(300));
  writeFileSync(folder.path('test.jsonl'), rows(70));
  const data = { train: 'train.jsonl', test: 'test.jsonl', validation: 0.2, text: 'text', label: 'label' };
  return loadDataset(data, folder.path('.'), seed, { room: new Room(memory, tmpdir()) });
}

function experimentOf(tokenizer: object): NetworkExperiment {
  const text = JSON.stringify({ data: { train: 'a.csv' }, tokenizer, model: { type: 'pooled' } });
  return parseExperiment(text, '/here/a.textclf.json').experiment as NetworkExperiment;
}

const inThreads = (threads: number, blockTexts: number, memory = 1 << 28): PrepareSettings => ({
  ...{ ...prepareHere(), room: new Room(memory, tmpdir()) },
  ...{ threads, threadFile, leastBytes: 0, blockTexts },
});

async function prepare(data: Dataset, experiment: NetworkExperiment, settings: PrepareSettings) {
  const { tokenizer, train, validation, test, ...rest } = await prepareData(
    data,
    experiment,
    '/here',
    settings,
  );
  const ids = [train, validation, test].map((part) => part.map(({ ids, labels }) => [[...ids], labels]));
  return { ids, words: tokenizer.vocabulary.words, ...rest };
}

describe.each([
  { maxLength: 8 },
  { maxLength: 5, maxVocabulary: 12 },
  { maxLength: 6, ngrams: 3, minFrequency: 2 },
  { type: 'character', maxLength: 30, ngrams: 2 },
])('%j', (options) => {
  it('gives the same to the last bit, whatever the threads and blocks', async () => {
    const experiment = experimentOf(options);
    for (const seed of [1, 2]) {
      const data = await dataset(seed);
      const alone = await prepare(data, experiment, prepareHere());
      const ways: [threads: number, blockTexts: number][] = [
        [2, 1],
        [2, 64],
        [3, 7],
      ];
      for (const [threads, blockTexts] of ways) {
        const found = await prepare(data, experiment, inThreads(threads, blockTexts));
        expect(found, `${threads} threads, blocks of ${blockTexts}, seed ${seed}`).toEqual(alone);
      }
      // Texts and numbers in files.
      expect(await prepare(await dataset(seed, 0), experiment, inThreads(2, 50, 0))).toEqual(alone);
    }
  });
});

it('takes numbers that were kept for those that it would make', async () => {
  const experiment = experimentOf({ maxLength: 6, ngrams: 2 });
  const data = await dataset(3);
  // Small data are not kept: as many copies make them large.
  const large = { ...data, train: Array.from({ length: 60 }, () => data.train).flat() };
  const cache = new DataCache(folder.path('cache'), { version: '1', secret: 'known' });
  const alone = await prepare(large, experiment, prepareHere());
  const first = await prepare(large, experiment, { ...prepareHere(), cache });
  await cache.settled();
  // What makes numbers would fail.
  const broken = { ...inThreads(2, 9), threadFile: new URL('file:///not/there.js'), cache };
  await expect(prepare(data, experiment, broken)).rejects.toThrow();
  for (const memory of [1 << 28, 0]) {
    expect(await prepare(large, experiment, { ...broken, room: new Room(memory, tmpdir()) })).toEqual(alone);
  }
  expect(first).toEqual(alone);
  // Other options make other numbers.
  const other = experimentOf({ maxLength: 5, ngrams: 2 });
  await expect(prepare(large, other, broken)).rejects.toThrow();
});

it('tells what is wrong in a thread as if it were wrong here', async () => {
  const data = await dataset(4);
  const options = { maxLength: 8, longest: 8, vocabularySize: 4 };
  const tokenizer = {
    ...{ maxLength: 8, vocabularySize: 4, unknownId: undefined, paddingId: undefined },
    encode: () => ({ ids: Int32Array.of(1), length: 1 }),
    saveTokenizerFiles() {},
  };
  const encoder = { tokenizer, folder: folder.path('.'), options };
  const error = await encodeData(data, encoder, inThreads(2, 10)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HumanError);
  expect((error as HumanError).hint).toBeTruthy();
});

it('hears the signal between blocks', async () => {
  const data = await dataset(5);
  const controller = new AbortController();
  const settings = { ...inThreads(2, 1), signal: controller.signal };
  const work = numberData(data, experimentOf({}).tokenizer, settings);
  controller.abort();
  expect(await work.catch((thrown: unknown) => thrown)).toBe(controller.signal.reason);
});
