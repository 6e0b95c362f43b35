import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPredictor } from '../../src/predict/predictor';
import { HumanError } from '../../src/protocol/human-error';
import {
  expectedProbabilities,
  oneLogit,
  type TinyModel,
  threeClasses,
  words,
  writeTinyModel,
} from './tiny-model';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-predict-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 90 texts of 1 to 7 words, so that there are several batches, padding and cut texts. */
const manyTexts = Array.from({ length: 90 }, (_, i) =>
  Array.from(
    { length: 1 + ((i * 5) % 7) },
    (_, j) => ['good', 'bad', 'very', 'film', 'new'][(i + j * j) % 5],
  ).join(' '),
);

async function checkPredictions(model: TinyModel, texts: string[]): Promise<void> {
  const predictor = await loadPredictor(writeTinyModel(join(folder, 'model'), model), { threads: 1 });
  try {
    const predictions = await predictor.predict(texts);
    expect(predictions).toHaveLength(texts.length);
    predictions.forEach(({ label, probability, probabilities }, i) => {
      const expected = expectedProbabilities(texts[i]!, model);
      expect(Object.keys(probabilities)).toEqual(model.labels);
      for (const name of model.labels) expect(probabilities[name]).toBeCloseTo(expected[name]!, 6);
      const largest = Math.max(...Object.values(expected));
      expect(expected[label]).toBe(largest);
      expect(probability).toBeCloseTo(largest, 6);
    });
  } finally {
    await predictor.release();
  }
}

describe('predictions equal the formulas', () => {
  it.each([
    ['a softmax over three classes', threeClasses],
    ['a sigmoid for two', oneLogit],
  ])('%s', async (_name, model) => {
    await checkPredictions(model, ['good', 'bad', 'very good film', 'unheard of']);
    await checkPredictions(model, manyTexts);
  });

  it('for no text at all', () => checkPredictions(threeClasses, []));

  it('an empty text is one unknown word', async () => {
    const predictor = await loadPredictor(writeTinyModel(join(folder, 'model'), oneLogit));
    const [empty, unknown] = await predictor.predict(['', 'xyz']);
    await predictor.release();
    expect(empty!.probability).toBeCloseTo(unknown!.probability, 6);
  });

  it('labels may be the names of what every object has', async () => {
    const model = { ...oneLogit, labels: ['__proto__', 'constructor'] };
    const predictor = await loadPredictor(writeTinyModel(join(folder, 'model'), model));
    const [prediction] = await predictor.predict(['good']);
    await predictor.release();
    expect(Object.keys(prediction!.probabilities)).toEqual(model.labels);
    expect(JSON.stringify(prediction)).toContain('"__proto__":0.');
  });
});

describe('model folders that cannot be used', () => {
  it.each<[string, (folder: string) => void, string, RegExp]>([
    ['no model.onnx', (at) => rmSync(join(at, 'model.onnx')), 'model.onnx', /does not exist/],
    ['no tokenizer', (at) => rmSync(join(at, 'tokenizer.json')), 'tokenizer.json', /does not exist/],
    ['no config', (at) => rmSync(join(at, 'config.json')), 'config.json', /does not exist/],
    ['an empty model', (at) => writeFileSync(join(at, 'model.onnx'), ''), 'model.onnx', /cannot be opened/],
    [
      'a model that is something else',
      (at) => copyFileSync(join(at, 'config.json'), join(at, 'model.onnx')),
      'model.onnx',
      /cannot be opened/,
    ],
    [
      'a torn config',
      (at) => writeFileSync(join(at, 'config.json'), '{"id2'),
      'config.json',
      /not the config/,
    ],
    [
      'the config of another kind of model',
      (at) => writeFileSync(join(at, 'config.json'), '{"model_type":"bert","id2label":{"0":"a"}}'),
      'config.json',
      /model_type/,
    ],
    [
      'classes that are not numbered through',
      config({ 0: 'a', 2: 'b' }, 2),
      'config.json',
      /number different/,
    ],
    ['a class twice', config({ 0: 'a', 1: 'a' }, 2), 'config.json', /number different/],
    [
      'more classes than outputs',
      config({ 0: 'a', 1: 'b', 2: 'c' }, 2),
      'config.json',
      /2 outputs .* 3 labels/,
    ],
    ['one output for one class', config({ 0: 'a' }, 1), 'config.json', /1 outputs .* 1 labels/],
    ['the config of a model with more outputs', config({ 0: 'a', 1: 'b' }, 2), 'model.onnx', /does not fit/],
    [
      'the tokenizer of a model with more words',
      (at) => writeTinyModelTokenizer(at, [...words, 'more']),
      'model.onnx',
      /does not fit/,
    ],
  ])('%s', async (name, damage, file, message) => {
    const at = writeTinyModel(join(folder, name), threeClasses);
    damage(at);
    const error: unknown = await loadPredictor(at).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).place).toEqual({ file: join(at, file) });
    expect((error as HumanError).message).toMatch(message);
    expect((error as HumanError).hint).toBeTruthy();
  });

  it('a folder that is not there', async () => {
    const error: unknown = await loadPredictor(join(folder, 'nowhere')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HumanError);
  });

  it('weights that are not numbers', async () => {
    const at = writeTinyModel(join(folder, 'nan'), { ...oneLogit, weights: [Number.NaN] });
    const predictor = await loadPredictor(at);
    await expect(predictor.predict(['good'])).rejects.toThrow(HumanError);
    await predictor.release();
  });
});

function config(id2label: Record<number, string>, outputs: number): (folder: string) => void {
  return (at) =>
    writeFileSync(
      join(at, 'config.json'),
      JSON.stringify({ model_type: 'textclf', id2label, textclf: { outputs } }),
    );
}

function writeTinyModelTokenizer(at: string, vocabulary: string[]): void {
  const other = writeTinyModel(join(folder, 'other'), threeClasses, vocabulary);
  copyFileSync(join(other, 'tokenizer.json'), join(at, 'tokenizer.json'));
}
