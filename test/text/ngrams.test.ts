import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { cutNgrams, ngramsOf } from '../../src/text/ngrams';

it('gives pairs, then triples', () => {
  const tokens = ['a', 'b', 'c', 'd'];
  expect([...ngramsOf(tokens, 1)]).toEqual([]);
  expect([...ngramsOf(tokens, 2)]).toEqual(['a b', 'b c', 'c d']);
  expect([...ngramsOf(tokens, 3)]).toEqual(['a b', 'b c', 'c d', 'a b c', 'b c d']);
  expect([...ngramsOf(['a'], 5)]).toEqual([]);
});

it('cuts numbers to those that the cut text has', () => {
  const random = createRandom(8);
  for (let round = 0; round < 500; round++) {
    const tokens = Array.from({ length: 1 + random.integer(12) }, (_, i) => `${i}`);
    const [longest, maxLength] = [1 + random.integer(5), 1 + random.integer(12)];
    const all = [...tokens, ...ngramsOf(tokens, longest)];
    const read = tokens.slice(0, maxLength);
    const kept = cutNgrams(Int32Array.from(all.keys()), tokens.length, longest, maxLength);
    expect(Array.from(kept, (i) => all[i])).toEqual([...read, ...ngramsOf(read, longest)]);
  }
});
