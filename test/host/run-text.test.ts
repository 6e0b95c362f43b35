import { expect, it } from 'vitest';
import { modelText } from '../../src/host/run-text';

it.each([
  [{ model: 'pretrained', encoder: 'roberta-base' }, 'pretrained, roberta-base'],
  [{ model: 'pretrained' }, 'pretrained'],
  [{ model: 'lstm' }, 'lstm'],
  [{}, ''],
])('names the model of %j', (record, expected) => {
  expect(modelText(record)).toBe(expected);
});
