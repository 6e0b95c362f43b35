import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FeatureModel } from '../../src/baseline/feature-model';
import { FeatureCounter } from '../../src/baseline/features';
import { predictFile } from '../../src/predict/predict-file';
import { loadPredictor } from '../../src/predict/predictor';
import { saveBaseline } from '../../src/trainer/save-baseline';
import { startHelper } from '../helper/support';

const folder = mkdtempSync(join(tmpdir(), 'textclf-features-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const weights: Record<string, number> = { good: 2, bad: -3, 'very good': 1.5 };
const bias = -0.25;

/** One logit, from a weight for each word and pair that is named; its features are worth 1. */
function writeModel(name: string): string {
  const counter = new FeatureCounter({
    lowercase: true,
    stripHtml: true,
    keepEmoticons: true,
    wordNgrams: [1, 2],
    characterNgrams: null,
    weighting: 'naiveBayes',
    sublinear: true,
  });
  for (const text of ['very good film', 'bad film']) counter.add(text);
  const { features } = counter.finish({ minDocumentFrequency: 1, maxFeatures: 0 });
  const numbers = new Float32Array(features.columns);
  for (const [run, weight] of Object.entries(weights)) {
    const words = run.split(' ').map((word) => features.words.indexOf(word));
    numbers[words.reduce((parent, word) => features.trie.find(parent, word), 0)] = weight;
  }
  const path = join(folder, name);
  saveBaseline(path, new FeatureModel(features, numbers, Float32Array.of(bias)), ['no', 'yes'], {
    task: 'single-label',
  });
  return path;
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
const texts: [string, number][] = [
  ['Very good, good film', 2 + 1.5 + bias],
  ['good very bad', 2 - 3 + bias],
  ['', bias],
];

describe('a linear classifier over features', () => {
  it('is what its weights and the text say', async () => {
    const predictor = await loadPredictor(writeModel('loaded'));
    const logits = await predictor.logits(texts.map(([text]) => text));
    texts.forEach(([text, logit], i) => {
      expect(logits[i]![0], text).toBeCloseTo(logit, 5);
    });
    await predictor.release();
  });

  it('answers in the order of many texts', async () => {
    const predictor = await loadPredictor(writeModel('many'));
    const many = Array.from({ length: 1000 }, (_, i) => texts[i % 3]!);
    const predictions = await predictor.predict(many.map(([text]) => text));
    predictions.forEach(({ label, probabilities }, i) => {
      expect(probabilities.yes).toBeCloseTo(sigmoid(many[i]![1]), 5);
      expect(label).toBe(many[i]![1] > 0 ? 'yes' : 'no');
    });
  });

  it('serves the editor', async () => {
    const helper = startHelper();
    const modelFolder = writeModel('helped');
    const { predictions } = await helper.result('predict', {
      modelFolder,
      texts: texts.map(([text]) => text),
    });
    expect(predictions.map(({ label }) => label)).toEqual(['yes', 'no', 'no']);
    expect(predictions[0]!.classes[1]!.probability).toBeCloseTo(sigmoid(texts[0]![1]), 5);
    await helper.leave();
  });

  it('classifies the rows of a file', async () => {
    const [input, output] = [join(folder, 'rows.txt'), join(folder, 'predicted.csv')];
    writeFileSync(input, 'very good\nbad\n');
    const predictor = await loadPredictor(writeModel('file'));
    const { signal } = new AbortController();
    await predictFile(predictor, { file: input, output, signal, progress: () => {} });
    expect(readFileSync(output, 'utf8')).toMatch(
      /^text,predicted,probability\r?\nvery good,yes,0\.96\d*\r?\nbad,no,0\.96\d*/,
    );
  });
});
