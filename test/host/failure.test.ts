import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../src/host/failure';
import { formatError, HumanError } from '../../src/protocol/human-error';

describe('failureOf', () => {
  const root = mkdtempSync(join(tmpdir(), 'textclf-failure-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const file = join(root, 'a: b.csv');
  writeFileSync(file, '');
  mkdirSync(join(root, 'sub'));

  it.each([
    new HumanError('there is no column "x"', {
      place: { file, line: 12, column: 3 },
      hint: 'The header has: y.',
    }),
    new HumanError('not UTF-8', { place: { file, line: 12 } }),
    new HumanError('The disk is full: no room.', { place: { file }, hint: 'Free some space.' }),
    new HumanError('There is nothing to learn: one class.', { hint: 'Check the label.' }),
    new HumanError('note: 12:30 is late'),
  ])('takes apart what was said: $message', (error) => {
    const { message, place, hint } = failureOf(formatError(error), root);
    expect({ message, place, hint }).toEqual({
      message: error.message,
      place: error.place,
      hint: error.hint,
    });
  });

  it('finds files from the root', () => {
    writeFileSync(join(root, 'sub', 'x.csv'), '');
    expect(failureOf('sub/x.csv:2: short row', root).place).toEqual({
      file: join(root, 'sub', 'x.csv'),
      line: 2,
    });
  });

  it.each(['', ':', ': ', 'gone.csv:2: short row', 'Error: boom\n    at x (y.ts:1:2)'])(
    'makes no place of what names no file: %j',
    (text) => {
      const failure = failureOf(text, root);
      expect(failure.place).toBeUndefined();
      expect(failure.message).toBe(text.split('\n')[0]);
    },
  );
});
