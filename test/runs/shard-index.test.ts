import { expect, it } from 'vitest';
import { parseShardIndex } from '../../src/runs/shard-index';

const index = (map: unknown) => JSON.stringify({ metadata: { total_size: 1 }, weight_map: map });

it('tells the file of each tensor', () => {
  const map = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' };
  expect(parseShardIndex(index(map))).toEqual(map);
});

it.each([
  ['../x.safetensors', 'is not the name of a .safetensors file'],
  ['..\\x.safetensors', 'is not the name'],
  ['/x.safetensors', 'is not the name'],
  ['.safetensors', 'is not the name'],
  ['a\n.safetensors', 'is not the name'],
  ['pytorch_model.bin', 'is not the name'],
  [5, 'is not the name'],
])('takes no %j for a file beside it', (name, expected) => {
  expect(() => parseShardIndex(index({ a: name }))).toThrow(expected);
});

it.each([
  ['[', 'JSON'],
  ['null', 'object'],
  ['{}', 'must name the file of each tensor'],
  [index(['a']), 'must name the file of each tensor'],
  [index({}), 'names no tensor'],
])('refuses %s', (json, expected) => {
  expect(() => parseShardIndex(json)).toThrow(expected);
});
