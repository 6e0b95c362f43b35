import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { DistinctWords } from '../../src/trainer/distinct-words';

it('has each word of a batch once, and tells where each token finds its own', () => {
  const seed = 5;
  const random = createRandom(seed);
  const distinct = new DistinctWords(40);
  for (let round = 0; round < 20; round++) {
    const [time, size] = [1 + random.integer(6), 1 + random.integer(5)];
    const ids = Int32Array.from({ length: time * size }, () => random.integer(40));
    const { ids: words, tokens } = distinct.of({ ids, time, size });
    expect([...words], `seed ${seed}, round ${round}`).toEqual([...new Set(ids)]);
    expect(tokens.shape).toEqual([time, size]);
    const places = [...(tokens.data as BigInt64Array)].map(Number);
    expect(places.map((place) => words[place])).toEqual([...ids]);
  }
});
