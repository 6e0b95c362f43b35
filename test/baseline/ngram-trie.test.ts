import { describe, expect, it } from 'vitest';
import { NgramTrie } from '../../src/baseline/ngram-trie';
import { createRandom } from '../../src/data/random';

describe('NgramTrie', () => {
  it('numbers runs as a map of strings does, while it grows', () => {
    const seed = Date.now() % 2 ** 32;
    const random = createRandom(seed);
    const trie = new NgramTrie(2);
    const truth = new Map<string, number>();
    const names = [''];
    for (let i = 0; i < 20_000; i++) {
      const parent = random.integer(names.length);
      const token = random.integer(60) - 30;
      const name = `${names[parent]} ${token}`;
      expect(trie.find(parent, token), `seed ${seed}`).toBe(truth.get(name) ?? 0);
      if (!truth.has(name)) truth.set(name, names.push(name) - 1);
      expect(trie.add(parent, token), `seed ${seed}`).toBe(truth.get(name));
    }
    expect(trie.size).toBe(truth.size);
  });

  it('comes back from what its runs are made of', () => {
    const trie = new NgramTrie();
    const a = trie.add(0, 5);
    const ab = trie.add(a, -7);
    const again = NgramTrie.from(Int32Array.of(0, a), Int32Array.of(5, -7));
    expect([again.find(0, 5), again.find(a, -7), again.find(ab, 5)]).toEqual([a, ab, 0]);
  });

  it.each([
    ['a run that begins with itself', [1], [5]],
    ['one that begins with a later one', [2, 0], [5, 6]],
    ['one that begins before the first', [-1], [5]],
    ['one that stands twice', [0, 0], [5, 5]],
  ])('refuses %s', (_, parents, tokens) => {
    expect(() => NgramTrie.from(Int32Array.from(parents), Int32Array.from(tokens))).toThrow(RangeError);
  });
});
