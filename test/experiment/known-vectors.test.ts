import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheFolder } from '../../src/experiment/cache-folder';
import {
  knownVectorNames,
  knownVectors,
  possibleDownloads,
  vectorsDownload,
} from '../../src/experiment/known-vectors';
import { parseExperiment } from '../../src/experiment/parse';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-known-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('knows the four sizes of GloVe 6B', () => {
  expect(knownVectorNames).toEqual(['glove.6B.50d', 'glove.6B.100d', 'glove.6B.200d', 'glove.6B.300d']);
  expect(knownVectors('glove.6B.100d', {})).toMatchObject({
    size: 100,
    url: 'https://github.com/RaRe-Technologies/gensim-data/releases/download/glove-wiki-gigaword-100/glove-wiki-gigaword-100.gz',
  });
  expect(knownVectors('glove.6B.100d.txt', {})).toBeUndefined();
  expect(knownVectors('', {})).toBeUndefined();
});

it('takes them from a mirror', () => {
  const { url } = knownVectors('glove.6B.50d', { TEXTCLF_GLOVE_URL: 'http://mirror/glove/' })!;
  expect(url).toBe('http://mirror/glove/glove-wiki-gigaword-50.gz');
});

const folders: [env: NodeJS.ProcessEnv, platform: NodeJS.Platform, expected: string][] = [
  [{ TEXTCLF_CACHE: '/fast', XDG_CACHE_HOME: '/xdg', LOCALAPPDATA: '/local' }, 'win32', '/fast'],
  [{ XDG_CACHE_HOME: '/xdg' }, 'linux', join('/xdg', 'textclf')],
  [{ XDG_CACHE_HOME: '' }, 'linux', join(homedir(), '.cache', 'textclf')],
  [{}, 'darwin', join(homedir(), 'Library', 'Caches', 'textclf')],
  [{ LOCALAPPDATA: '/local' }, 'win32', join('/local', 'textclf', 'cache')],
];
it.each(folders)('keeps them with %j on %s in %s', (env, platform, expected) => {
  expect(cacheFolder(env, platform)).toBe(expected);
});

function experimentOf(model: unknown, search?: unknown) {
  const text = JSON.stringify({ data: { train: 'a.csv' }, model, search });
  return parseExperiment(text, '/here/a.textclf.json').experiment!;
}

it('says what training would have to download', () => {
  const env = { TEXTCLF_CACHE: folder };
  const experiment = experimentOf({ type: 'gru', embedding: { vectors: 'glove.6B.50d', size: 50 } });
  const download = vectorsDownload(experiment, env)!;
  expect(download).toMatchObject({ name: 'glove.6B.50d', bytes: 69_182_535 });
  mkdirSync(dirname(download.file), { recursive: true });
  writeFileSync(download.file, 'cut');
  expect(vectorsDownload(experiment, env)).toEqual(download);
  truncateSync(download.file, download.bytes);
  expect(vectorsDownload(experiment, env)).toBeUndefined();
});

it('says what any trial of a search would have to download, also where the file itself is of a baseline', () => {
  const env = { TEXTCLF_CACHE: join(folder, 'empty') };
  const names = (model: unknown, options?: Record<string, unknown[]>) =>
    possibleDownloads(experimentOf(model, options && { options }), env).map(({ name }) => name);
  const own = { type: 'gru', embedding: { vectors: 'glove.6B.50d', size: 50 } };
  const other = { type: 'cnn', embedding: { vectors: 'glove.6B.100d', size: 100 } };
  expect(names(own)).toEqual(['glove.6B.50d']);
  expect(names(own, { model: [own, other] })).toEqual(['glove.6B.50d', 'glove.6B.100d']);
  expect(names({ type: 'baseline' }, { model: [{ type: 'baseline' }, other] })).toEqual(['glove.6B.100d']);
  expect(names({ type: 'baseline' })).toEqual([]);
});

it('downloads nothing for a file, no vectors or a model without embedding', () => {
  for (const model of [
    { type: 'gru', embedding: { vectors: 'glove.6B.50d.txt' } },
    { type: 'cnn' },
    { type: 'baseline' },
  ]) {
    expect(vectorsDownload(experimentOf(model), { TEXTCLF_CACHE: folder })).toBeUndefined();
  }
});
