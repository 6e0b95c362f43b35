import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../src/data/random';
import { type DatasetRequest, fetchDataset } from '../../src/hub/dataset-files';
import { conversion, type DatasetOptions } from '../../src/hub/dataset-splits';
import { findDataset } from '../../src/hub/find-dataset';
import { missingDataset } from '../../src/hub/missing-dataset';
import { formatError, HumanError } from '../../src/protocol/human-error';
import {
  type Answer,
  cutAfter,
  hubServer,
  listing,
  sha256,
  stallAfter,
  status,
  text,
  token,
  wrongBytes,
} from './hub-server';
import { freePort } from './server';

const hub = hubServer();
const random = createRandom(7);
const bytes = (count: number) => Buffer.from(Uint8Array.from({ length: count }, () => random.integer(256)));
const commit = 'c0ffee0123456789abcdef0123456789abcdef01';
const mainCommit = 'beef000123456789abcdef0123456789abcdef01';
const train = bytes(150_000);
const test = bytes(60_000);
const files = {
  '.gitattributes': Buffer.from('*.parquet filter=lfs'),
  'plain_text/train/0000.parquet': train,
  'plain_text/test/0000.parquet': test,
  'plain_text/partial-unsupervised/0000.parquet': bytes(1000),
  'plain_text/train/index.duckdb': bytes(100),
};
/** The same rows, as Python's `datasets` takes them. */
const ofMain = {
  'README.md': Buffer.from('---\nlicense: other\n---'),
  'plain_text/train-00000-of-00001.parquet': train,
  'plain_text/test-00000-of-00001.parquet': test,
};

let folder = '';
let cache = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-dataset-'));
  cache = join(folder, 'cache');
  hub.datasets.set('org/films', {
    main: { files: ofMain, commit: mainCommit },
    [conversion]: { files, commit },
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  HF_ENDPOINT: hub.url(),
  HF_HUB_CACHE: cache,
  HF_HOME: join(folder, 'home'),
  TEXTCLF_CACHE: join(folder, 'own'),
  ...more,
});
const films: DatasetOptions = {
  dataset: 'org/films',
  revision: conversion,
  train: 'train',
  test: 'test',
};
const get = (dataset: Partial<DatasetOptions> = {}, more: Partial<DatasetRequest> = {}) =>
  fetchDataset({ dataset: { ...films, ...dataset }, env: environment(), firstWait: 1, ...more });
const find = (dataset: Partial<DatasetOptions> = {}, env = environment()) =>
  findDataset({ ...films, ...dataset }, env);

const repo = () => join(cache, 'datasets--org--films');
const snapshot = (of = commit) => join(repo(), 'snapshots', of);
const requests = () => hub.asked.map(({ what }) => what);
const downloads = () => requests().filter((what) => what.includes('/resolve/'));
const found = {
  config: 'plain_text',
  commit,
  isListed: true,
  partial: [],
  get files() {
    return {
      train: [join(snapshot(), 'plain_text/train/0000.parquet')],
      test: [join(snapshot(), 'plain_text/test/0000.parquet')],
    };
  },
};

async function failure(work: Promise<unknown>): Promise<HumanError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HumanError)) throw error ?? new Error('it went well');
  expect(formatError(error)).not.toContain(token);
  return error;
}

/** What huggingface_hub leaves behind: `_hf_hub_download_to_cache_dir` of its file_download.py. */
function layAsPython(
  names: readonly string[],
  of = commit,
  revision = conversion,
  from: Record<string, Buffer> = files,
) {
  for (const name of names) {
    const sum = sha256(from[name]!);
    const depth = name.split('/').map(() => '..');
    mkdirSync(join(repo(), 'blobs'), { recursive: true });
    mkdirSync(dirname(join(snapshot(of), name)), { recursive: true });
    writeFileSync(join(repo(), 'blobs', sum), from[name]!);
    symlinkSync(join(...depth, '..', 'blobs', sum), join(snapshot(of), name));
  }
  mkdirSync(dirname(join(repo(), 'refs', revision)), { recursive: true });
  writeFileSync(join(repo(), 'refs', revision), of);
}

describe('a data set of the Hub', () => {
  it('is downloaded into the cache as Python lays it out: the splits that are named', async () => {
    const onTotal = vi.fn();
    const progress = vi.fn();
    expect(find()).toBeUndefined();
    expect(missingDataset(films, environment())).toEqual({ name: 'org/films', bytes: undefined, cache });
    expect(await get({}, { onTotal, progress })).toEqual(found);
    expect(readFileSync(found.files.train[0]!).equals(train)).toBe(true);
    expect(readlinkSync(found.files.test[0]!)).toBe(join('..', '..', '..', '..', 'blobs', sha256(test)));
    expect(readdirSync(join(repo(), 'blobs')).sort()).toEqual([sha256(train), sha256(test)].sort());
    expect(readFileSync(join(repo(), 'refs', 'refs', 'convert', 'parquet'), 'utf8')).toBe(commit);
    expect(onTotal.mock.calls).toEqual([[train.length + test.length]]);
    expect(progress.mock.lastCall).toEqual([train.length + test.length, train.length + test.length]);
    expect(find()).toEqual(found);
    expect(missingDataset(films, environment())).toBeUndefined();
  });

  it('is downloaded once; its branch is looked up, a commit is not', async () => {
    await get();
    hub.asked.length = 0;
    const onTotal = vi.fn();
    expect(await get({}, { onTotal })).toEqual(found);
    expect(requests()).toEqual([
      expect.stringContaining('GET /api/datasets/org/films/revision/refs%2Fconvert%2Fparquet'),
    ]);
    expect(await get({ revision: commit }, { onTotal })).toEqual(found);
    expect(hub.asked).toHaveLength(1);
    expect(onTotal).not.toHaveBeenCalled();
  });

  it('is downloaded as far as it is missing, where another split is named', async () => {
    await get({ test: undefined });
    expect(find()).toBeUndefined();
    hub.asked.length = 0;
    expect(await get()).toEqual(found);
    expect(downloads()).toEqual([`GET /datasets/org/films/resolve/${commit}/plain_text/test/0000.parquet`]);
  });

  it('tells of a split of which there is only the beginning', async () => {
    expect((await get({ train: 'unsupervised' })).partial).toEqual(['train']);
  });

  it('has names of configurations that need care in addresses', async () => {
    const odd = { 'a #1?/train/0000.parquet': train };
    hub.datasets.set('org/odd', { [conversion]: { files: odd, commit } });
    const { config } = await get({ dataset: 'org/odd', test: undefined });
    expect(config).toBe('a #1?');
    expect(downloads()).toEqual([`GET /datasets/org/odd/resolve/${commit}/a%20%231%3F/train/0000.parquet`]);
  });

  it('stays as it is when its branch moves, until the newer commit is asked for', async () => {
    await get();
    const moved = 'f'.repeat(40);
    const newer = { ...files, 'plain_text/train/0000.parquet': bytes(1234) };
    hub.datasets.set('org/films', { [conversion]: { files: newer, commit: moved } });
    const { warning, ...same } = await get();
    expect(same).toEqual(found);
    expect(warning).toContain(`"refs/convert/parquet" of org/films is ${moved} on the Hub by now`);
    expect((await get({ revision: moved })).files.train![0]).toContain(moved);
  });

  it('that the Hub has not converted is taken from its main branch', async () => {
    hub.datasets.set('org/films', { main: { files: ofMain, commit: mainCommit } });
    const { files: taken, commit: at } = await get();
    expect(at).toBe(mainCommit);
    expect(taken.train).toEqual([join(snapshot(mainCommit), 'plain_text/train-00000-of-00001.parquet')]);
    expect(find()).toMatchObject({ commit: mainCommit });
    hub.asked.length = 0;
    expect(await get()).toMatchObject({ commit: mainCommit });
    expect(downloads()).toEqual([]);
  });

  it('may have been renamed: the Hub sends to its new name', async () => {
    const moved: Answer = (request, response) =>
      void response.writeHead(307, { location: request.url!.replace('org/old', 'org/films') }).end();
    hub.answer(/org\/old/, ...Array.from({ length: 10 }, () => moved));
    const old = await get({ dataset: 'org/old' });
    expect(old).toMatchObject({ commit, config: 'plain_text' });
    expect(old.files.train![0]).toContain('datasets--org--old');
    expect(readFileSync(old.files.train![0]!).equals(train)).toBe(true);
  });

  it('may be private: the Hub gets the token, the storage it sends to does not', async () => {
    const isPrivate = { files, commit, private: true };
    hub.datasets.set('org/films', { [conversion]: isPrivate });
    await get({}, { env: environment({ HF_TOKEN: token }) });
    const stored = hub.asked.filter(({ what }) => what.includes('storage'));
    expect(stored).toHaveLength(2);
    for (const { authorization } of stored) expect(authorization).toBeUndefined();
  });
});

describe('what Python downloaded', () => {
  it('of the main branch is found, and nothing is downloaded again', async () => {
    layAsPython(Object.keys(ofMain), mainCommit, 'main', ofMain);
    expect(find()).toMatchObject({ commit: mainCommit, isListed: false });
    expect(await get()).toMatchObject({ commit: mainCommit });
    expect(downloads()).toEqual([]);
    expect(find()).toMatchObject({ commit: mainCommit, isListed: true });
  });

  it('is found without a connection', async () => {
    layAsPython(Object.keys(ofMain), mainCommit, 'main', ofMain);
    for (const env of [
      environment({ HF_HUB_OFFLINE: '1' }),
      environment({ HF_ENDPOINT: `http://${await freePort()}` }),
    ]) {
      const { warning, ...dataset } = await get({}, { env });
      expect(dataset).toMatchObject({ commit: mainCommit, config: 'plain_text' });
      expect(warning !== undefined).toBe(env.HF_HUB_OFFLINE === undefined);
    }
    expect(hub.asked).toEqual([]);
  });

  it('of the conversion is found, and what it lacks is downloaded', async () => {
    layAsPython(['plain_text/train/0000.parquet']);
    expect(find()).toBeUndefined();
    expect(find({ test: undefined })).toMatchObject({ commit, isListed: false });
    await get();
    expect(downloads()).toHaveLength(1);
  });

  it('is not taken for the whole where it is one piece of several', async () => {
    const pieces = { 'data/train-00000-of-00002.parquet': train, 'data/train-00001-of-00002.parquet': test };
    layAsPython(['data/train-00000-of-00002.parquet'], mainCommit, 'main', pieces);
    expect(find({ test: undefined })).toBeUndefined();
  });

  it('is asked about where its names cannot tell that it is all', async () => {
    const sharded = {
      'plain_text/train/0000.parquet': train,
      'plain_text/train/0001.parquet': test,
      'other/train/0000.parquet': bytes(10),
    };
    hub.datasets.set('org/films', { [conversion]: { files: sharded, commit } });
    layAsPython(['plain_text/train/0000.parquet']);
    const named = await get({ config: 'plain_text', test: undefined });
    expect(named.files.train).toHaveLength(2);
    // Without a connection, there was only one configuration to be seen.
    expect((await failure(get({ test: undefined }))).message).toContain('has several configurations');
  });

  describe('of which one piece may be all or not', () => {
    const first = { 'plain_text/train/0000.parquet': train };
    const both = { ...first, 'plain_text/train/0001.parquet': test };
    const alone = { test: undefined };
    beforeEach(() => layAsPython(Object.keys(first), commit, conversion, first));

    it('is asked about at a commit too, and taken as it is without a connection', async () => {
      hub.datasets.set('org/films', { [conversion]: { files: both, commit } });
      const closed = environment({ HF_ENDPOINT: `http://${await freePort()}` });
      const guessed = await get({ ...alone, revision: commit }, { env: closed, patience: 500 });
      expect(guessed.files.train).toHaveLength(1);
      expect(guessed.warning).toMatch(/cache/);
      const whole = await get({ ...alone, revision: commit });
      expect(whole).toMatchObject({ commit, isListed: true });
      expect(whole.files.train).toHaveLength(2);
    });

    it('is not kept where the branch has moved since', async () => {
      const moved = 'abcdef0123456789abcdef0123456789abcdef01';
      hub.datasets.set('org/films', { [conversion]: { files: both, commit: moved } });
      const whole = await get(alone);
      expect(whole).toMatchObject({ commit: moved, isListed: true });
      expect(whole.files.train).toHaveLength(2);
      expect(find(alone)).toMatchObject({ commit: moved });
    });
  });

  it('is downloaded anew where a file was cut off', async () => {
    await get();
    rmSync(found.files.train[0]!);
    writeFileSync(found.files.train[0]!, train.subarray(0, 100));
    expect(find()).toBeUndefined();
    await get();
    expect(readFileSync(found.files.train[0]!).equals(train)).toBe(true);
  });
});

describe('goes on', () => {
  it('where an earlier run was ended', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    hub.answer(/storage/, stallAfter(100_000));
    const progress = (done: number) => {
      if (done === 100_000) controller.abort(reason);
    };
    await expect(get({}, { signal: controller.signal, progress })).rejects.toBe(reason);
    expect(find()).toBeUndefined();
    hub.asked.length = 0;
    await get();
    expect(hub.asked.find(({ range }) => range !== undefined)!.range).toBe('bytes=100000-');
    expect(readFileSync(found.files.train[0]!).equals(train)).toBe(true);
  });

  const passing: [what: string, pattern: RegExp, answers: Answer[]][] = [
    ['an answer that is cut off', /revision/, [text('{"sha":"012')]],
    ['too many requests', /tree/, [status(429, { 'retry-after': '0' })]],
    ['a failing server', /revision|tree/, [status(500), status(503)]],
    ['a failing storage', /storage/, [status(500), status(503)]],
    ['a connection that is cut', /storage/, [cutAfter(50_000)]],
  ];
  it.each(passing)('after %s', async (_, pattern, answers) => {
    hub.answer(pattern, ...answers);
    expect(await get({}, { patience: 500 })).toEqual(found);
    expect(readFileSync(found.files.train[0]!).equals(train)).toBe(true);
  });
});

describe('gives up', () => {
  const many = (answer: Answer) => Array.from({ length: 30 }, () => answer);
  const code = (name: string) => ({ 'x-error-code': name });
  const failing: [what: string, pattern: RegExp, answer: Answer, message: RegExp, hint: RegExp][] = [
    ['wrong bytes', /storage/, wrongBytes, /its SHA-256 sum is .* instead of/, /name them in "train"/],
    ['many failures', /tree/, status(500), /fails again and again: .* 500/, /datasets\/org\/films/],
    [
      'a gated data set',
      /tree/,
      status(403, code('GatedRepo')),
      /let in/,
      /licence at .*datasets\/org\/films/,
    ],
    ['no such data set', /revision/, status(404, code('RepoNotFound')), /no data set "org/, /HF_TOKEN/],
    ['a login page', /revision/, text('<html>Log in', 'text/html'), /as the Hugging Face Hub/, /login/],
    ['no list', /tree/, text('{}'), /another form/, /HF_ENDPOINT/],
    ['a list of nothing', /tree/, text('[]'), /has no Parquet files/, /by other means/],
  ];
  it.each(failing)('at %s', async (_, pattern, answer, message, hint) => {
    hub.answer(pattern, ...many(answer));
    const error = await failure(get({}, { env: environment({ HF_TOKEN: token }), patience: 500 }));
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(find()).toBeUndefined();
  });

  it('at a data set that is not there, and says which may be meant', async () => {
    const error = await failure(get({ dataset: 'stanfordnlp/imbd' }));
    expect(error.message).toContain('There is no data set "stanfordnlp/imbd"');
    expect(error.hint).toContain('Did you mean "stanfordnlp/imdb"?');
  });

  it.each([
    ['a configuration', { config: 'plain' }, '"org/films" has no configuration "plain".'],
    ['a split', { test: 'tset' }, '"org/films" has no split "tset".'],
  ])('at %s that it has not; once the files are known, without asking', async (_, options, message) => {
    expect((await failure(get(options))).message).toBe(message);
    expect(downloads()).toEqual([]);
    await get();
    expect(() => find(options)).toThrow(message);
  });

  it.each([
    ['a/b/c', 'main', 'is not the name of a data set'],
    ['../films', 'main', 'is not the name'],
    ['org/films', '../../etc', 'is no branch, tag or commit of a data set'],
  ])('at the name %j at %j', async (dataset, revision, message) => {
    expect((await failure(get({ dataset, revision }))).message).toContain(message);
    expect(hub.asked).toEqual([]);
    expect(existsSync(cache)).toBe(false);
  });

  it('writes nothing outside of the cache, whatever the Hub lists', async () => {
    const evil = { type: 'file', path: '../../../x/train/0000.parquet', size: 1, oid: 'a'.repeat(40) };
    hub.answer(/tree/, text(JSON.stringify([evil, ...listing({ files, commit })])));
    await get();
    expect(readdirSync(folder).sort()).toEqual(['cache', 'own']);
    expect(readdirSync(snapshot())).toEqual(['plain_text']);
  });
});
