import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { knownVectors } from '../../src/experiment/known-vectors';
import { parseExperiment } from '../../src/experiment/parse';
import type { NewRunEvent } from '../../src/protocol/events';
import { HumanError } from '../../src/protocol/human-error';
import type { RunContext } from '../../src/trainer/run-context';
import { fetchVectors, vectorsFile } from '../../src/trainer/vectors-file';

const { bytes } = knownVectors('glove.6B.50d')!;
const asked: string[] = [];
/** Sends zeros, as many as there should be bytes. */
const server = createServer((request, response) => {
  asked.push(request.url!);
  response.writeHead(200, { 'content-length': bytes });
  const block = Buffer.alloc(1 << 20);
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const part = block.subarray(0, Math.min(left, block.length));
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
});
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-vectors-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('TEXTCLF_CACHE', folder);
  vi.stubEnv('TEXTCLF_GLOVE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function fetchOf(vectors: string | undefined) {
  const text = JSON.stringify({
    data: { train: 'a.csv' },
    model: { type: 'gru', embedding: { vectors, size: 50 } },
  });
  const { experiment } = parseExperiment(text, '/here/a.textclf.json');
  const events: NewRunEvent[] = [];
  const context = {
    experiment: experiment!,
    writer: { emit: (event: NewRunEvent) => events.push(event) } as unknown as RunContext['writer'],
    signal: new AbortController().signal,
  };
  const error: unknown = await fetchVectors(context).catch((thrown: unknown) => thrown);
  return { error, events };
}

it('finds a file beside the experiment, and known vectors in the cache', () => {
  expect(vectorsFile('vectors/my.txt', '/here')).toBe('/here/vectors/my.txt');
  expect(vectorsFile('glove.6B.50d', '/here')).toBe(join(folder, 'vectors', 'glove.6B.50d.word2vec.txt.gz'));
});

it('downloads nothing where no known vectors are named', async () => {
  for (const vectors of [undefined, 'my.txt']) {
    expect(await fetchOf(vectors)).toEqual({ error: undefined, events: [] });
  }
  expect(asked).toEqual([]);
});

it('tells how far the download is, a few times a second, and refuses other bytes', async () => {
  const started = performance.now();
  const { error, events } = await fetchOf('glove.6B.50d');
  const seconds = (performance.now() - started) / 1000;
  expect(asked).toEqual(['/mirror/glove-wiki-gigaword-50.gz']);
  expect(error).toBeInstanceOf(HumanError);
  expect((error as HumanError).message).toContain('MD5');
  expect(events[0]).toEqual({ type: 'phase', phase: 'downloading' });
  const told = events.filter((event) => event.type === 'download');
  expect(told.at(-1)).toEqual({ type: 'download', name: 'glove.6B.50d', done: bytes, total: bytes });
  expect(told.length).toBeLessThanOrEqual(2 + seconds * 4);
});
