import { expect, it } from 'vitest';
import { valuePlace } from '../../src/experiment/value-place';

/** The text with `|` where the person is, and the value in question between brackets. */
it.each([
  ['in an empty text', '{ "model": { "encoder": [""|] } }'],
  ['in a text', '{ "model": { "type": "pretrained", "encoder": ["./my-|bert"], "maxLength": 3 } }'],
  ['in a text that is not closed', '{ "model": { "encoder": ["./m|'],
  ['where nothing is written yet', '{ "model": { "encoder": [|] } }'],
  ['with comments', '// first\n{ "model": { /* here */ "encoder": ["|"] } }'],
])('finds the value %s', (_, marked) => {
  const text = marked.replaceAll(/[[\]|]/g, '');
  const offset = marked.replaceAll(/[[\]]/g, '').indexOf('|');
  const start = marked.indexOf('[');
  const inside = marked
    .slice(start + 1)
    .split(']')[0]!
    .replace('|', '');
  expect(valuePlace(text, offset, ['model', 'encoder'])).toEqual({ offset: start, length: inside.length });
});

it.each([
  ['the key', '{ "model": { "enc|oder": "" } }'],
  ['another key', '{ "model": { "type": "|" } }'],
  ['the same key elsewhere', '{ "encoder": "|" }'],
  ['no text', '|'],
])('finds none at %s', (_, marked) => {
  expect(valuePlace(marked.replace('|', ''), marked.indexOf('|'), ['model', 'encoder'])).toBeUndefined();
});
