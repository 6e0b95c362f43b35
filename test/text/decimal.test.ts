import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { parseDecimal } from '../../src/text/decimal';

const parse = (text: string) => {
  const bytes = Buffer.from(`x${text}y`);
  return parseDecimal(bytes, 1, bytes.length - 1);
};

it.each([
  '0',
  '-0',
  '1',
  '-1.5',
  '.5',
  '5.',
  '+2',
  '1e3',
  '-1.5E-3',
  '0.1',
  '123456789012345',
  '0.000000000000001',
])('%s is what Number makes of it', (text) => {
  expect(parse(text)).toBe(Number(text));
});

it.each([
  '',
  '-',
  '.',
  '-.',
  '1-2',
  '1.2.3',
  'nan',
  'inf',
  'Infinity',
  '0x10',
  '1e',
  '1e999',
  ' 1',
  '1 ',
  '１',
  '--1',
])('%j is no number', (text) => {
  expect(parse(text)).toBeNaN();
});

it('equals Number to the last bit', () => {
  const random = createRandom(21);
  for (let i = 0; i < 50_000; i++) {
    const value = random.normal() * 10 ** (random.integer(30) - 15);
    for (const text of [value.toString(), value.toFixed(random.integer(20)), value.toPrecision(5)]) {
      if (!Object.is(parse(text), Number(text))) expect(parse(text), `seed 21: ${text}`).toBe(Number(text));
    }
  }
});
