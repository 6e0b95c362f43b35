import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import { Room } from '../../src/store/byte-writer';
import { IntLists, ListWriter } from '../../src/store/int-lists';
import { Texts, TextWriter } from '../../src/store/texts';

/** In memory, in a file, and in a file once the memory is full. */
const rooms = [1 << 30, 0, 100_000];

const characters = ['a', 'b', ' ', 'é', '日', '😀', '\n', '"', '\0'];

function randomText(random: Random): string {
  const length = random.integer(8) === 0 ? random.integer(40_000) : random.integer(30);
  return Array.from({ length }, () => characters[random.integer(characters.length)]).join('');
}

function inAnyOrder(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  random.shuffle(order);
  return order;
}

describe.each(rooms)('with room for %i bytes in memory', (memory) => {
  it('gives texts back as they were, in order and in any other', () => {
    for (let seed = 0; seed < 10; seed++) {
      const random = createRandom(seed);
      const texts = Array.from({ length: random.integer(60) }, () => randomText(random));
      // Longer than the pieces in which a file is written and read.
      if (seed === 0) texts.splice(1, 0, 'x😀'.repeat(500_000));
      const writer = new TextWriter(new Room(memory, tmpdir()));
      for (const text of texts) writer.add(text);
      const packed = new Texts(writer.finish());
      expect(packed.length).toBe(texts.length);
      expect(
        texts.every((text, i) => packed.get(i) === text),
        `seed ${seed}`,
      ).toBe(true);
      const order = inAnyOrder(texts.length, random);
      expect(
        order.every((i) => packed.get(i) === texts[i]),
        `seed ${seed}`,
      ).toBe(true);
      expect(texts.every((text, i) => packed.sizeOf(i) === Buffer.byteLength(text))).toBe(true);
    }
  });

  it('gives lists of numbers back as they were', () => {
    for (let seed = 0; seed < 10; seed++) {
      const random = createRandom(seed);
      const list = () =>
        Int32Array.from({ length: random.integer(3000) }, () => random.integer(2 ** 31) - 2 ** 30);
      const blocks = Array.from({ length: random.integer(8) }, () =>
        Array.from({ length: random.integer(20) }, list),
      );
      const writer = new ListWriter(new Room(memory, tmpdir()));
      for (const lists of blocks) {
        const numbers = Int32Array.from(lists.flatMap((one) => [...one]));
        writer.add(
          numbers,
          lists.map(({ length }) => length),
        );
      }
      const packed = new IntLists(writer.finish());
      const all = blocks.flat();
      expect(packed.length).toBe(all.length);
      // All are read before any is looked at: reading one must not change another.
      const order = inAnyOrder(all.length, random);
      const read = order.map((i) => packed.get(i));
      order.forEach((i, at) => {
        expect(read[at], `seed ${seed}`).toEqual(all[i]);
      });
      const from = random.integer(all.length + 1);
      const span = packed.span(from, all.length);
      expect([...span.numbers]).toEqual(all.slice(from).flatMap((one) => [...one]));
      expect([...span.sizes]).toEqual(all.slice(from).map(({ length }) => length));
    }
  });
});

it('keeps what stays in memory within one room, whoever writes', () => {
  const room = new Room(10_000, tmpdir());
  const inMemory = Array.from({ length: 20 }, () => {
    const writer = new TextWriter(room);
    writer.add('x'.repeat(1000));
    return 'memory' in writer.finish().bytes;
  });
  expect(inMemory.filter(Boolean)).toHaveLength(10);
});

it('makes whole characters of halves, which UTF-8 cannot tell', () => {
  const writer = new TextWriter(new Room(1 << 20, tmpdir()));
  writer.add('a\ud800b');
  expect(new Texts(writer.finish()).get(0)).toBe('a\ufffdb');
});

it.runIf(process.platform === 'linux')('gives the disk back where a reading was given up', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const openFiles = () => readdirSync('/proc/self/fd').length;
  const before = openFiles();
  const give = (seed: number) => {
    const writer = new TextWriter(new Room(0, tmpdir()));
    writer.add(`${seed}`.repeat(2_000_000));
  };
  for (let seed = 0; seed < 20; seed++) give(seed);
  expect(openFiles()).toBeGreaterThan(before);
  const deadline = Date.now() + 30_000;
  while (openFiles() > before && Date.now() < deadline) {
    collectGarbage();
    // What was forgotten is told of in a turn of its own.
    await setTimeout(0);
  }
  expect(openFiles()).toBeLessThanOrEqual(before);
});
