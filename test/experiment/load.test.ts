import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExperiment, runnable } from '../../src/experiment/load';
import { describeProblems } from '../../src/experiment/problems';
import type { Experiment } from '../../src/experiment/schema';
import { formatError, HumanError } from '../../src/protocol/human-error';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'textclf-experiment-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(content: string | Uint8Array, name = 'a.textclf.json'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

async function loaded(file: string): Promise<Experiment> {
  return runnable(await readExperiment(file));
}

async function failure(file: string): Promise<HumanError> {
  const error = await loaded(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HumanError);
  return error as HumanError;
}

const fine = '{ "data": { "train": "a.csv" }, "model": { "type": "lstm" } }';

describe('an experiment file that is to be run', () => {
  it('reads a file, with or without a byte-order mark', async () => {
    const plain = await loaded(await written(fine));
    expect(plain.model.type).toBe('lstm');
    expect(await loaded(await written(`\uFEFF${fine}`))).toEqual(plain);
  });

  it('is not stopped by warnings', async () => {
    const file = await written(`{ "training": { "epochs": 1, "earlyStopping": {} }, ${fine.slice(1)}`);
    expect((await loaded(file)).training.epochs).toBe(1);
    expect((await readExperiment(file)).problems.map(({ severity }) => severity)).toEqual(['warning']);
  });

  it('says what, where and how for one error', async () => {
    const file = await written(fine.replace('lstm', 'lsmt'));
    expect(formatError(await failure(file))).toBe(
      `${file}:1:52: "model.type" must be "baseline", "pretrained", "pooled", "cnn", "rnn", "gru", "lstm" or "transformer", not "lsmt".\n  Did you mean "lstm"?`,
    );
  });

  it('lists every error, but no warning', async () => {
    const file = await written(
      '{\n "data": { "train": "a", "tets": "b" },\n "model": { "type": "lstm", "layers": 0 } }',
    );
    expect(formatError(await failure(file))).toBe(
      [
        `${file}:2:26: Unknown key "tets" in "data".`,
        '  Did you mean "test"?',
        `${file}:3:39: "model.layers" must be a whole number that is at least 1 and at most 8, not 0.`,
      ].join('\n'),
    );
  });

  it('says that a file is missing, or a folder', async () => {
    const missing = join(folder, 'nowhere.textclf.json');
    expect(await failure(missing)).toMatchObject({
      message: 'nowhere.textclf.json does not exist.',
      hint: 'Check the path; relative paths start at the folder that the command runs in.',
      place: { file: missing },
    });
    expect(await failure(folder)).toMatchObject({
      message: `${basename(folder)} is a folder, not a file.`,
      hint: 'Name a .textclf.json file in it.',
      place: { file: folder },
    });
  });

  it.each([
    ['Latin-1', Buffer.from('{\n "name": "caf\xe9" }', 'latin1'), 2],
    ['UTF-16', Buffer.from(`\uFEFF${fine}`, 'utf16le'), 1],
  ])('refuses bytes that are not UTF-8: %s', async (_, bytes, line) => {
    const file = await written(bytes);
    expect(await failure(file)).toMatchObject({
      message: 'The experiment file is not UTF-8 text.',
      place: { file, line },
    });
  });
});

it('describeProblems writes errors and warnings with their hints', async () => {
  const file = await written(
    '{ "data": { "train": "a", "test": "a" },\n "model": { "type": "lstm" } }',
    'b.textclf.json',
  );
  expect(describeProblems((await readExperiment(file)).problems)).toBe(
    `${file}:1:35: warning: The file "a" is trained on too.\n` +
      '  Judge the model on rows that it has not seen, or the figures mean nothing.',
  );
});
