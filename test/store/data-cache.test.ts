import { mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { Room } from '../../src/store/byte-writer';
import { DataCache } from '../../src/store/data-cache';
import { IntLists } from '../../src/store/int-lists';
import type { PackedFile } from '../../src/store/packed-file';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'textclf-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const numbers = Int32Array.from({ length: 500 }, (_, i) => i * 7919);
const sections = { numbers, starts: Float64Array.of(0, 200, 500), words: Buffer.from('a\nb', 'utf16le') };

const contents = (memory: number) => (file: PackedFile) => ({
  meta: file.meta,
  numbers: [
    ...new IntLists({
      bytes: file.bytes('numbers', new Room(memory, folder)),
      starts: file.doubles('starts'),
    }).get(1),
  ],
  words: file.text('words'),
});
const whole = { meta: { a: 1 }, numbers: [...numbers.subarray(200)], words: 'a\nb' };

async function filled(options: { mostBytes?: number } = {}) {
  const cache = new DataCache(folder, { version: '1', secret: 'known', ...options });
  const key = cache.keyOf('x', { a: [1, 'b'] });
  cache.write(key, { a: 1 }, sections);
  await cache.settled();
  return { cache, key, path: join(folder, `${key}.data`) };
}

it.each([0, 1 << 20])('gives back what was kept, with room for %i bytes in memory', async (memory) => {
  const { cache, key } = await filled();
  expect(cache.read(key, contents(memory))).toEqual(whole);
  expect(await readdir(folder)).toHaveLength(1);
});

it('knows an entry by all that it was made of', async () => {
  const { cache, key } = await filled();
  for (const other of [
    cache.keyOf('x', { a: [1, 'c'] }),
    new DataCache(folder, { version: '2', secret: 'known' }).keyOf('x', { a: [1, 'b'] }),
  ]) {
    expect(other).not.toBe(key);
    expect(cache.read(other, contents(0))).toBeUndefined();
  }
  const stranger = new DataCache(folder, { version: '1', secret: 'guessed' });
  expect(stranger.keyOf('x', { a: [1, 'b'] })).not.toBe(key);
  // Even where a file has the name of another.
  const other = cache.keyOf('y');
  await writeFile(join(folder, `${other}.data`), await readFile(join(folder, `${key}.data`)));
  expect(cache.read(other, contents(0))).toBeUndefined();
});

it.each([1 << 20, 0])(
  'takes no damaged entry, wherever the damage is, with room for %i bytes',
  async (memory) => {
    const { cache, key, path } = await filled();
    const bytes = await readFile(path);
    const random = createRandom(5);
    let damaged = 0;
    for (let i = 0; i < 400; i++) {
      const changed = Buffer.from(bytes);
      const at = i < 16 ? i : random.integer(bytes.length);
      changed[at]! ^= 1 << random.integer(8);
      await writeFile(path, changed);
      const found = cache.read(key, contents(memory));
      // Between the parts are bytes that nobody reads.
      if (found) expect(found, `byte ${at}`).toEqual(whole);
      else damaged++;
    }
    expect(damaged).toBeGreaterThan(380);
  },
);

it('takes no entry that was cut off', async () => {
  const { cache, key, path } = await filled();
  const { length } = await readFile(path);
  for (const end of [length - 1, length - 300, 40, 12, 0]) {
    await truncate(path, end);
    expect(cache.read(key, contents(0))).toBeUndefined();
  }
});

it('makes an entry anew where using it fails', async () => {
  const { cache, key } = await filled();
  expect(
    cache.read(key, () => {
      throw new Error('not what it should be');
    }),
  ).toBeUndefined();
});

it('lets go of what was not used for longest', async () => {
  const cache = new DataCache(folder, { version: '1', secret: 'known', mostBytes: 40_000 });
  const keys = Array.from({ length: 8 }, (_, i) => cache.keyOf(i));
  for (const [i, key] of keys.entries()) {
    cache.write(key, i, { numbers: new Int32Array(2000) });
    await cache.settled();
    const path = join(folder, `${key}.data`);
    if (i < 4) await utimes(path, 1000 + i, 1000 + i);
    // The first one is used again and again.
    expect(cache.read(keys[0]!, ({ meta }) => ({ meta }))).toEqual({ meta: 0 });
    await cache.settled();
  }
  const kept = keys.map((key) => cache.read(key, () => true) ?? false);
  expect(kept).toEqual([true, false, false, false, false, true, true, true]);
});

it('keeps nothing that would drive out all else', async () => {
  const { cache, key } = await filled({ mostBytes: 3000 });
  expect(cache.read(key, contents(0))).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
});

it('removes what a process left behind long ago, and nothing that is being written', async () => {
  const [old, fresh] = ['0123456789abcdef.tmp', 'fedcba9876543210.tmp'];
  await writeFile(join(folder, old), 'x');
  await utimes(join(folder, old), 1000, 1000);
  await writeFile(join(folder, fresh), 'x');
  await filled();
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([fresh]);
});

it('leaves all alone that is not its own, in a folder that is a link to another', async () => {
  const others = ['thesis.txt', 'draft.tmp', 'model.data'];
  for (const name of others) {
    await writeFile(join(folder, name), 'x'.repeat(30_000));
    await utimes(join(folder, name), 1000, 1000);
  }
  await symlink(folder, join(folder, 'link'), 'junction');
  const cache = new DataCache(join(folder, 'link'), { version: '1', secret: 'known', mostBytes: 40_000 });
  for (let i = 0; i < 4; i++) {
    cache.write(cache.keyOf(i), i, { numbers: new Int32Array(4000) });
    await cache.settled();
  }
  expect(await readdir(folder)).toEqual(expect.arrayContaining(others));
  expect((await readdir(folder)).filter((name) => /^[0-9a-f]{64}/.test(name))).toHaveLength(2);
});

it('lets several write the same entry at the same time', async () => {
  const caches = Array.from({ length: 8 }, () => new DataCache(folder, { version: '1', secret: 'known' }));
  const key = caches[0]!.keyOf('x');
  for (const cache of caches) cache.write(key, { a: 1 }, sections);
  await Promise.all(caches.map((cache) => cache.settled()));
  for (const cache of caches) expect(cache.read(key, contents(1 << 20))).toEqual(whole);
  expect(await readdir(folder)).toHaveLength(1);
});

it('stops nobody where nothing can be written', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const cache = new DataCache(join(file, 'cache'), { version: '1', secret: 'known' });
  cache.write(cache.keyOf('x'), 0, sections);
  await cache.settled();
  expect(cache.read(cache.keyOf('x'), () => true)).toBeUndefined();
});
