import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import { failureOf, hintWithoutCommands } from '../../src/host/failure';
import { formatError, HumanError } from '../../src/protocol/human-error';
import { DeviceError } from '../../src/runtime/device-error';
import { withAdvice } from '../../src/trainer/device-failure';
import { refuseDevice } from '../../src/trainer/device-refusals';

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

describe('hintWithoutCommands', () => {
  it('keeps what to do of a device that failed, less what is for a terminal', () => {
    const folder = mkdtempSync(join(tmpdir(), 'textclf-failed-'));
    const { experiment } = parseExperiment(
      '{ "data": { "train": "a.csv" }, "model": { "type": "gru" } }',
      'a.textclf.json',
    );
    mkdirSync(join(folder, 'model'));
    writeFileSync(join(folder, 'model/config.json'), '{}');
    const lost = new DeviceError('lost', 'The device is lost.', { hint: 'See whether it is plugged in.' });
    const run = {
      id: 'one',
      folder,
      experimentFile: 'a.textclf.json',
      experiment: experiment!,
      settings: [],
    };
    const failure = failureOf(formatError(withAdvice(lost, run)), folder);
    rmSync(folder, { recursive: true });
    expect(failure.hint).toMatch(/textclf train a\.textclf\.json --continue /);
    const hint = hintWithoutCommands(failure);
    expect(hint).toMatch(/^See whether it is plugged in\.\nThe best model so far is kept in .*model"?\.$/);
    expect(hintWithoutCommands(new HumanError('No hint.'))).toBe('');
  });

  it('keeps what to do about a device that is not there', () => {
    const why = { reason: 'there is no driver', hint: 'Install one.' };
    const failure = failureOf(formatError(refuseDevice('webgpu', why, ['cpu', 'webgpu'])), '/');
    expect(hintWithoutCommands(failure)).toMatch(
      /^Install one\. ONNX Runtime is built for "cpu", "webgpu" here/,
    );
  });
});
