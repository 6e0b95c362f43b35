import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchRunEncoder } from '../../src/trainer/fetch-encoder';
import { hubServer } from '../hub/hub-server';
import { freePort } from '../hub/server';

const hub = hubServer();
const files = {
  'config.json': Buffer.from('{"model_type":"bert"}'),
  'tokenizer.json': Buffer.from('{}'),
  'model.safetensors': Buffer.alloc(1000),
};
const [first, second] = ['a'.repeat(40), 'b'.repeat(40)] as const;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-encoder-'));
  vi.stubEnv('HF_ENDPOINT', hub.url());
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'cache'));
  vi.stubEnv('HF_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What a run that names the encoder gets, and what it is told. */
async function fetchFor(encoder: string, fetch = fetchRunEncoder) {
  const emit = vi.fn();
  const context = { folder, writer: { emit }, signal: new AbortController().signal };
  const { commit } = await fetch(
    context as unknown as Parameters<typeof fetchRunEncoder>[0],
    { encoder, revision: 'main' } as Parameters<typeof fetchRunEncoder>[1],
  );
  return { commit, told: emit.mock.calls.map(([event]) => event) };
}

describe('the runs of a process', () => {
  it('start from one commit, which is looked up once, even where the branch moves meanwhile', async () => {
    hub.models.set('org/moving', { files, commit: first });
    const { commit, told } = await fetchFor('org/moving');
    expect(commit).toBe(first);
    expect(told).toContainEqual({ type: 'phase', phase: 'downloading' });
    const total = Object.values(files).reduce((sum, file) => sum + file.length, 0);
    expect(told.at(-1)).toEqual({ type: 'download', name: 'org/moving', done: total, total });

    hub.models.set('org/moving', { files, commit: second });
    hub.asked.length = 0;
    expect(await fetchFor('org/moving')).toEqual({ commit: first, told: [] });
    expect(hub.asked).toEqual([]);
  });

  it('are told once that the Hub could not be asked', async () => {
    hub.models.set('org/alone', { files, commit: first });
    await fetchFor('org/alone');
    // As in another process, later.
    vi.resetModules();
    const later = await import('../../src/trainer/fetch-encoder');
    vi.stubEnv('HF_ENDPOINT', `http://${await freePort()}`);
    const warning = { type: 'warning', message: expect.stringContaining('What the cache has of org/alone') };
    expect(await fetchFor('org/alone', later.fetchRunEncoder)).toEqual({ commit: first, told: [warning] });
    expect(await fetchFor('org/alone', later.fetchRunEncoder)).toEqual({ commit: first, told: [] });
  });
});
