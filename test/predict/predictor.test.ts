import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPredictor } from '../../src/predict/predictor';
import { HumanError } from '../../src/protocol/human-error';
import {
  expectedProbabilities,
  oneLogit,
  type TinyModel,
  tags,
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

  it('the sigmoid of each label, from its threshold on', async () => {
    const predictor = await loadPredictor(writeTinyModel(join(folder, 'model'), tags));
    const predictions = await predictor.predict(manyTexts);
    await predictor.release();
    predictions.forEach(({ labels, label, probability, probabilities }, i) => {
      const expected = expectedProbabilities(manyTexts[i]!, tags);
      for (const name of tags.labels) expect(probabilities[name]).toBeCloseTo(expected[name]!, 6);
      const given = tags.labels.filter((name, j) => expected[name]! >= tags.thresholds![j]!);
      expect(labels).toEqual(given);
      expect(label).toBe(given.join(', ') || 'no label');
      const least = Math.min(...given.map((name) => expected[name]!));
      const none = 1 - Math.max(...Object.values(expected));
      expect(probability).toBeCloseTo(given.length === 0 ? none : least, 6);
    });
    // All kinds of answers were among them.
    expect(new Set(predictions.map(({ labels }) => labels.length))).toEqual(new Set([0, 1, 2]));
  });

  it.each([0.1, 0.9])('the second of two classes from %s on', async (threshold) => {
    const model = { ...oneLogit, thresholds: [threshold] };
    const predictor = await loadPredictor(writeTinyModel(join(folder, 'model'), model));
    const [good, bad] = await predictor.predict(['good', 'bad bad']);
    await predictor.release();
    const share = (text: string) => expectedProbabilities(text, oneLogit).yes!;
    expect(share('good')).toBeGreaterThan(0.5);
    expect(share('bad bad')).toBeLessThan(0.5);
    const expected = (text: string) =>
      share(text) >= threshold ? { label: 'yes', p: share(text) } : { label: 'no', p: 1 - share(text) };
    expect([good!.label, bad!.label]).toEqual([expected('good').label, expected('bad bad').label]);
    expect(good!.probability).toBeCloseTo(expected('good').p, 6);
    expect(bad!.probability).toBeCloseTo(expected('bad bad').p, 6);
    // Without its threshold the model would say something else of one of them.
    expect(good!.label).toBe(bad!.label);
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
    [
      'one output for two labels',
      tagsWith({ textclf: { outputs: 1 } }),
      'config.json',
      /1 outputs .* 3 labels/,
    ],
    [
      'fewer thresholds than labels',
      tagsWith({ textclf: { outputs: 3, thresholds: [0.5, 0.5] } }),
      'config.json',
      /2 thresholds do not fit 3 labels/,
    ],
    [
      'a threshold that is no share',
      tagsWith({ textclf: { outputs: 3, thresholds: [0.5, 0.5, 5] } }),
      'config.json',
      /thresholds/,
    ],
    [
      'a threshold for three classes',
      tagsWith({ problem_type: undefined, textclf: { outputs: 3, thresholds: [0.5] } }),
      'config.json',
      /1 thresholds do not fit 3 labels/,
    ],
    ['a task that is none', tagsWith({ problem_type: 'regression' }), 'config.json', /problem_type/],
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

/** The config of a multi-label model, with changes. */
function tagsWith(changes: object): (folder: string) => void {
  return (at) => {
    const file = join(writeTinyModel(at, tags), 'config.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
  };
}

function writeTinyModelTokenizer(at: string, vocabulary: string[]): void {
  const other = writeTinyModel(join(folder, 'other'), threeClasses, vocabulary);
  copyFileSync(join(other, 'tokenizer.json'), join(at, 'tokenizer.json'));
}
