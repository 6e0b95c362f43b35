/** Several processes that want the same encoder, and one that is killed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { cutAfter, hubServer, sha256, stallAfter } from './hub-server';

const hub = hubServer();
const random = createRandom(6);
const weights = Buffer.from(Uint8Array.from({ length: 300_000 }, () => random.integer(256)));
const files = {
  'config.json': Buffer.from('{"model_type":"bert"}'),
  'tokenizer.json': Buffer.from('{}'),
  'model.safetensors': weights,
};
const small = files['config.json'].length + files['tokenizer.json'].length;
const commit = '0123456789abcdef0123456789abcdef01234567';

let program = '';
beforeAll(() => {
  program = join(mkdtempSync(join(tmpdir(), 'textclf-hub-program-')), 'program.mjs');
  const source = `
    import { fetchEncoder } from ${JSON.stringify(join(import.meta.dirname, '../../src/hub/encoder-files'))};
    const progress = (done) => console.log(done);
    const found = await fetchEncoder({ encoder: 'org/tiny', revision: 'main', folder: '.', firstWait: 1, progress,
      patience: Number(process.argv[2]) });
    console.log(JSON.stringify(found));`;
  buildSync({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
});
afterAll(() => rmSync(join(program, '..'), { recursive: true }));

let cache = '';
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'textclf-hub-'));
  hub.models.set('org/tiny', { files, commit });
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

function start(patience = 30_000) {
  const env = { ...process.env, HF_ENDPOINT: hub.url(), HF_HUB_CACHE: cache, HF_HOME: cache };
  const child = spawn(process.execPath, [program, String(patience)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data;
    child.emit('told', output);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const told = (what: string) =>
    new Promise<void>((resolve) => {
      child.on('told', (all: string) => all.includes(`${what}\n`) && resolve());
    });
  return { child, ended, told };
}

function expectWhole() {
  const snapshot = join(cache, 'models--org--tiny', 'snapshots', commit);
  expect(readdirSync(snapshot).sort()).toEqual(Object.keys(files).sort());
  expect(readFileSync(join(snapshot, 'model.safetensors')).equals(weights)).toBe(true);
  expect(readdirSync(join(cache, 'models--org--tiny', 'blobs'))).toHaveLength(3);
  expect(readFileSync(join(cache, 'models--org--tiny', 'refs', 'main'), 'utf8')).toBe(commit);
}

const weightRanges = () =>
  hub.asked
    .filter(({ what }) => what.includes(`storage/objects/${sha256(weights)}`))
    .map(({ range }) => range);

it('one that is killed leaves what came to the next', async () => {
  hub.answer(/storage/, stallAfter(110_000));
  const first = start();
  await first.told(String(small + 110_000));
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await start().ended).toBe(0);
  expectWhole();
  expect(weightRanges()).toEqual([undefined, 'bytes=110000-']);
});

it('one waits for another, and goes on where that is killed', async () => {
  hub.answer(/storage/, stallAfter(80_000));
  const first = start();
  await first.told(String(small + 80_000));
  const second = start();
  // Told by the second one, for which only the weights are missing: what it sees of the first one's part.
  await second.told('80000');
  expect(weightRanges()).toEqual([undefined]);
  first.child.kill('SIGKILL');
  expect(await second.ended).toBe(0);
  expectWhole();
  expect(weightRanges()).toEqual([undefined, 'bytes=80000-']);
});

it('several at once, of a line that is cut, leave a whole encoder', async () => {
  hub.answer(/storage/, cutAfter(50_000), cutAfter(90_000));
  expect(await Promise.all([start(500).ended, start(500).ended, start(500).ended])).toEqual([0, 0, 0]);
  expectWhole();
});
