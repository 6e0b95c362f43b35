import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { baselineOf } from '../../src/experiment/baseline-of';
import { parseExperiment } from '../../src/experiment/parse';
import { downloadQuestion, downloadsOf } from '../../src/host/downloads';

let folder = '';
let env: NodeJS.ProcessEnv = {};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-downloads-'));
  env = { TEXTCLF_CACHE: join(folder, 'cache'), HF_HUB_CACHE: join(folder, 'hub') };
  cpSync('test/fixtures/pretrained/encoders/bert', join(folder, 'mine'), { recursive: true });
  const repo = join(folder, 'hub', 'models--roberta-base');
  const commit = 'b'.repeat(40);
  mkdirSync(join(repo, 'refs'), { recursive: true });
  writeFileSync(join(repo, 'refs', 'main'), commit);
  cpSync(join(folder, 'mine'), join(repo, 'snapshots', commit), { recursive: true });
  writeFileSync(join(repo, 'snapshots', commit, 'tokenizer.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function downloads(model: object, rest: object = {}) {
  const text = JSON.stringify({ data: { train: 'a.csv' }, model, ...rest });
  const { experiment, problems } = parseExperiment(text, join(folder, 'a.textclf.json'));
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return downloadsOf(experiment!, folder, env).map(({ name, size }) => `${name} ${size}`.trim());
}

const encoder = (name: string) => ({ type: 'pretrained', encoder: name });

it.each<[what: string, model: object, rest: object, expected: string[]]>([
  ['a network of its own', { type: 'lstm' }, {}, []],
  ['a popular encoder', encoder('bert-base-uncased'), {}, ['the encoder bert-base-uncased about 441 MB']],
  ['one that nobody knows', encoder('some/body'), {}, ['the encoder some/body']],
  ['one in the cache', encoder('roberta-base'), {}, []],
  [
    'another revision than that in the cache',
    { ...encoder('roberta-base'), revision: 'v2' },
    {},
    ['the encoder roberta-base (v2) about 502 MB'],
  ],
  ['a folder', encoder('./mine'), {}, []],
  ['a folder that is not there', encoder('./yours'), {}, []],
  [
    'what a search tries',
    encoder('roberta-base'),
    { search: { options: { 'model.encoder': ['roberta-base', 'albert-base-v2'] } } },
    ['the encoder albert-base-v2 about 49.5 MB'],
  ],
  [
    'revisions that a search tries, one of which is in the cache',
    encoder('roberta-base'),
    { search: { options: { 'model.revision': ['main', 'v2', 'v3'] } } },
    ['the encoder roberta-base (v2) about 502 MB', 'the encoder roberta-base (v3) about 502 MB'],
  ],
  [
    'a search that tries encoders at the revision of the experiment, and not its own encoder',
    { ...encoder('some/body'), revision: 'v2' },
    { search: { options: { 'model.encoder': ['roberta-base', 'albert-base-v2'] } } },
    ['the encoder roberta-base (v2) about 502 MB', 'the encoder albert-base-v2 (v2) about 49.5 MB'],
  ],
  [
    'models of a search that differ by their revision alone',
    { type: 'lstm' },
    {
      search: {
        options: { model: [encoder('roberta-base'), { ...encoder('roberta-base'), revision: 'v2' }] },
      },
    },
    ['the encoder roberta-base (v2) about 502 MB'],
  ],
  [
    'whole models of a search',
    { type: 'lstm' },
    {
      search: {
        options: {
          model: [
            { type: 'gru', embedding: { size: 50, vectors: 'glove.6B.50d' } },
            encoder('albert-base-v2'),
          ],
        },
      },
    },
    ['the word vectors glove.6B.50d 69.2 MB', 'the encoder albert-base-v2 about 49.5 MB'],
  ],
])('downloads for %s', (_, model, rest, expected) => {
  expect(downloads(model, rest)).toEqual(expected);
});

it.each<[what: string, hub: object, expected: string[]]>([
  [
    'one that is known',
    { dataset: 'stanfordnlp/imdb', test: 'test' },
    ['the data set stanfordnlp/imdb about 41.5 MB'],
  ],
  ['one split of it', { dataset: 'stanfordnlp/imdb' }, ['the data set stanfordnlp/imdb about 21.0 MB']],
  [
    'a split that nobody knows',
    { dataset: 'stanfordnlp/imdb', train: 'other' },
    ['the data set stanfordnlp/imdb'],
  ],
  ['one that nobody knows', { dataset: 'some/body' }, ['the data set some/body']],
  ['what can be no name, which is said elsewhere', { dataset: 'a/b/c' }, []],
])('downloads a data set of the Hub: %s', (_, hub, expected) => {
  expect(downloads({ type: 'lstm' }, { data: { hub } })).toEqual(expected);
});

it('downloads for a baseline no more than the data set', () => {
  const text = JSON.stringify({
    data: { hub: { dataset: 'some/body' } },
    model: { type: 'lstm', embedding: { size: 50, vectors: 'glove.6B.50d' } },
  });
  const { experiment } = parseExperiment(text, join(folder, 'a.textclf.json'));
  const names = (of: NonNullable<typeof experiment>) => downloadsOf(of, folder, env).map(({ name }) => name);
  expect(names(experiment!)).toEqual(['the data set some/body', 'the word vectors glove.6B.50d']);
  expect(names(baselineOf(experiment!))).toEqual(['the data set some/body']);
});

it('asks once for all, and says where they are kept', () => {
  const hub = { name: 'the encoder a', size: 'about 5 MB', folder: '/hub' };
  expect(downloadQuestion([])).toBeUndefined();
  expect(downloadQuestion([hub])).toEqual({
    question: 'Download the encoder a (about 5 MB)?',
    detail: 'This experiment needs it. It is downloaded once and kept in /hub.',
  });
  const both = downloadQuestion([hub, { ...hub, name: 'the encoder b', size: '' }])!;
  expect(both.question).toBe('Download the encoder a (about 5 MB), the encoder b?');
  expect(both.detail).toMatch(/kept in \/hub\. How much it is/);
});
