import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withPredictor } from '../../src/helper/open-models';
import { loadPredictor } from '../../src/predict/predictor';
import { HumanError } from '../../src/protocol/human-error';
import { saveFixture } from '../pretrained/saved-model';

/** `config.json` with changes; what is undefined goes. */
function withConfig(changes: Record<string, unknown>): (folder: string) => void {
  return (folder) => {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
  };
}

describe('folders of fine-tuned encoders that cannot be used', () => {
  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'a model of somebody else',
      withConfig({ textclf: undefined }),
      /not a model that TextClf has trained: its "model_type" is "bert"/,
    ],
    ['no network', (at) => rmSync(join(at, 'onnx'), { recursive: true }), /model\.onnx does not exist/],
    ['a damaged network', (at) => writeFileSync(join(at, 'onnx', 'model.onnx'), 'x'), /cannot be opened/],
    [
      'no tokenizer',
      (at) => ['tokenizer.json', 'vocab.txt'].map((name) => rmSync(join(at, name))),
      /tokenizer/,
    ],
    ['a network of fewer words', withConfig({ vocab_size: 41 }), /does not fit/],
    ['another architecture', withConfig({ model_type: 'gpt2' }), /decoder/],
    ['a damaged size', withConfig({ hidden_size: 'much' }), /hidden_size/],
    [
      'more labels than logits',
      withConfig({ id2label: { 0: 'a', 1: 'b', 2: 'c', 3: 'd' } }),
      /3 outputs do not fit 4 labels/,
    ],
    [
      'a network of other logits',
      withConfig({
        id2label: { 0: 'a', 1: 'b' },
        textclf: { type: 'pretrained', outputs: 2, maxLength: 12 },
      }),
      /shape \[1, 3\] instead of \[1, 2\]/,
    ],
  ])('%s', async (_name, damage, message) => {
    const { folder } = saveFixture('bert');
    damage(folder);
    const error: unknown = await loadPredictor(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toMatch(message);
    expect((error as HumanError).hint).toBeTruthy();
  });
});

it('a text has the same probabilities whatever else is asked with it', async () => {
  const { folder } = saveFixture('roberta');
  const predictor = await loadPredictor(folder, { threads: 1 });
  const [alone] = await predictor.predict(['good']);
  const [beside] = await predictor.predict(['good', 'the film was very good, the plot was not dull']);
  await predictor.release();
  expect(beside!.probability).toBeCloseTo(alone!.probability, 5);
});

it('the helper opens a model anew when it was trained anew', async () => {
  const { folder, weights } = saveFixture('distilbert');
  const ask = () => withPredictor(folder, (predictor) => predictor.predict(['good film']));
  const [before] = await ask();
  expect(await ask()).toEqual([before]);
  const bias = { shape: [3], data: Float32Array.of(0, 0, 9) };
  const next = saveFixture('distilbert', { weights: { ...weights, 'head.output.bias': bias } });
  rmSync(folder, { recursive: true });
  renameSync(next.folder, folder);
  expect((await ask())[0]!.label).toBe('maybe');
  expect(before!.label).not.toBe('maybe');
});
