import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/onnx/read';
import { loadPredictor, type Predictor } from '../../src/predict/predictor';
import { openCheckpoint } from '../../src/pretrained/checkpoint';
import { WORD_TABLE } from '../../src/pretrained/names';
import { loadModelFile } from '../../src/runtime/onnxruntime';
import { expectClose } from '../support/close';
import { intTensor } from '../support/run';
import { encoderFixture, encoderNames } from './encoder-fixture';
import { saveFixture, texts } from './saved-model';

env.allowRemoteModels = false;

type Scores = { label: string; score: number }[][];

/** What transformers.js makes of texts: the probability of each label. */
async function scoresByTransformers(folder: string): Promise<Record<string, number>[]> {
  env.localModelPath = `${dirname(folder)}/`;
  const classifier = await pipeline('text-classification', 'model', { dtype: 'fp32' });
  // Its types know of one text alone.
  const scores = (await classifier(texts, { top_k: null as unknown as number })) as unknown as Scores;
  await classifier.dispose();
  return scores.map((ofText) => Object.fromEntries(ofText.map(({ label, score }) => [label, score])));
}

const readJson = (folder: string, name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

async function using<Result>(
  folder: string,
  work: (predictor: Predictor) => Promise<Result>,
): Promise<Result> {
  const predictor = await loadPredictor(folder, { threads: 1 });
  try {
    return await work(predictor);
  } finally {
    await predictor.release();
  }
}

describe.each(encoderNames)('a saved %s', (name) => {
  const { folder, config, weights } = saveFixture(name);

  it("gives PyTorch's logits from its ONNX file", async () => {
    const model = await loadModelFile(join(folder, 'onnx', 'model.onnx'), { threads: 1 });
    for (const { ids, lengths, logits } of encoderFixture(name).batches) {
      const shape = [ids.length, ids[0]!.length];
      const places = ids.flatMap((row, text) => row.map((_, place) => (place < lengths[text]! ? 1 : 0)));
      const results = await model.run({
        input_ids: intTensor(shape, ids.flat()),
        attention_mask: intTensor(shape, places),
        token_type_ids: intTensor(
          shape,
          places.map(() => 0),
        ),
      });
      expect(results.logits!.shape).toEqual(logits.shape);
      expectClose(results.logits!.data as Float32Array, logits.data, 1e-4, 'logits');
    }
    await model.release();
  });

  it('has a tokenizer that gives what its ONNX file reads, in Python too', () => {
    const { graph } = readModel(readFileSync(join(folder, 'onnx', 'model.onnx')), () => new Uint8Array());
    const { model_input_names: given } = readJson(folder, 'tokenizer_config.json');
    const hasTypes = ['bert', 'albert'].includes(name);
    expect(given).toEqual(['input_ids', ...(hasTypes ? ['token_type_ids'] : []), 'attention_mask']);
    expect(graph!.input.map((input) => input.name).sort()).toEqual([...given].sort());
  });

  it('has the probabilities of transformers.js, to 1e-4', async () => {
    const theirs = await scoresByTransformers(folder);
    const ours = await using(folder, (predictor) => predictor.predict(texts));
    expect(theirs).toHaveLength(texts.length);
    ours.forEach(({ probabilities }, text) => {
      expect(Object.keys(theirs[text]!).sort()).toEqual(['maybe', 'no', 'yes']);
      for (const [label, share] of Object.entries(probabilities)) {
        expect(Math.abs(theirs[text]![label]! - share), `${texts[text]}: ${label}`).toBeLessThan(1e-4);
      }
    });
    // The texts differ, so the check can fail.
    expect(new Set(ours.map(({ probability }) => probability.toFixed(4))).size).toBe(texts.length);
  });

  it('has every weight, bit for bit, when it is opened as a checkpoint again', () => {
    const checkpoint = openCheckpoint(folder);
    expect([...checkpoint.parameters].sort()).toEqual(Object.keys(weights).sort());
    expect(checkpoint.labels).toEqual(['no', 'yes', 'maybe']);
    for (const [parameter, { data }] of Object.entries(weights)) {
      const read = new Float32Array(data.length);
      checkpoint.read(parameter, read);
      expect(read, parameter).toEqual(data);
    }
    checkpoint.close();
    expect(checkpoint.config).toEqual({ ...config, json: checkpoint.config.json });
  });
});

describe('token types', () => {
  it.each(['bert', 'albert'] as const)('of the second kind count in %s', async (name) => {
    const { folder, weights } = saveFixture(name);
    const model = await loadModelFile(join(folder, 'onnx', 'model.onnx'), { threads: 1 });
    const [ids, mask] = [intTensor([1, 4], [2, 14, 17, 3]), intTensor([1, 4], [1, 1, 1, 1])];
    const run = async (types: number[]) => {
      const feeds = { input_ids: ids, attention_mask: mask, token_type_ids: intTensor([1, 4], types) };
      return Array.from((await model.run(feeds)).logits!.data, Number);
    };
    const [first, second] = [await run([0, 0, 0, 0]), await run([1, 1, 1, 1])];
    await model.release();
    // The same as if the second type's row stood in each word's vector.
    const { data: types, shape } = weights['tokenTypes.weight']!;
    const size = shape[1]!;
    const moved = weights[WORD_TABLE]!.data.map(
      (value, i) => value + types[size + (i % size)]! - types[i % size]!,
    );
    const other = saveFixture(name, {
      weights: { ...weights, [WORD_TABLE]: { shape: weights[WORD_TABLE]!.shape, data: moved } },
    });
    const shifted = await loadModelFile(join(other.folder, 'onnx', 'model.onnx'), { threads: 1 });
    const zeros = intTensor([1, 4], [0, 0, 0, 0]);
    const { logits } = await shifted.run({ input_ids: ids, attention_mask: mask, token_type_ids: zeros });
    await shifted.release();
    expectClose(second, Array.from(logits!.data, Number), 1e-5, 'logits');
    expect(Math.abs(first[0]! - second[0]!)).toBeGreaterThan(1e-4);
  });
});

describe('other heads', () => {
  const { weights, config } = saveFixture('bert');
  const { hiddenSize } = config;
  const firstOutput = {
    'head.output.weight': {
      shape: [hiddenSize, 1],
      data: weights['head.output.weight']!.data.filter((_, i) => i % 3 === 0).map((value) => 20 * value),
    },
    'head.output.bias': { shape: [1], data: Float32Array.of(0.25) },
  };
  const oneLogit = { ...weights, ...firstOutput };

  it('one logit for two classes becomes two, whose softmax is its sigmoid', async () => {
    const { folder } = saveFixture('bert', {
      ...{ labels: ['no', 'yes'], outputs: 1, thresholds: [0.4], weights: oneLogit },
    });
    // The same logit as a label of its own is a sigmoid everywhere.
    const alone = saveFixture('bert', {
      labels: ['yes'],
      outputs: 1,
      task: 'multi-label',
      weights: oneLogit,
    });
    const expected = await using(alone.folder, (predictor) => predictor.predict(texts));
    const [ours, theirs] = [
      await using(folder, (predictor) => predictor.predict(texts)),
      await scoresByTransformers(folder),
    ];
    expected.forEach(({ probabilities: { yes } }, text) => {
      const { probabilities, label } = ours[text]!;
      expect(probabilities.yes).toBeCloseTo(yes!, 5);
      expect(probabilities.no).toBeCloseTo(1 - yes!, 5);
      expect(theirs[text]!.yes).toBeCloseTo(yes!, 5);
      expect(label).toBe(yes! >= 0.4 ? 'yes' : 'no');
    });
    expect(new Set(ours.map(({ label }) => label)).size).toBe(2);
  });

  it('several labels are sigmoids everywhere, given from their thresholds', async () => {
    const thresholds = [0.2, 0.45, 0.9];
    const { folder } = saveFixture('bert', { task: 'multi-label', thresholds });
    const theirs = await scoresByTransformers(folder);
    const ours = await using(folder, (predictor) => predictor.predict(texts));
    ours.forEach(({ probabilities, labels }, text) => {
      for (const [label, share] of Object.entries(probabilities)) {
        expect(theirs[text]![label]).toBeCloseTo(share, 4);
      }
      const given = ['no', 'yes', 'maybe'].filter((label, i) => probabilities[label]! >= thresholds[i]!);
      expect(labels).toEqual(given);
    });
  });
});

describe('a padding token that the checkpoint gives another number', () => {
  it("gets the tokenizer's, and texts of several lengths have the same probabilities together", async () => {
    const { config } = saveFixture('bert');
    const json = { ...config.json, pad_token_id: 14 };
    const { folder } = saveFixture('bert', { config: { ...config, json, paddingId: 14 } });
    expect(readJson(folder, 'config.json').pad_token_id).toBe(0);
    const theirs = await scoresByTransformers(folder);
    await using(folder, async (predictor) => {
      for (const [i, text] of texts.entries()) {
        const [alone] = await predictor.predict([text]);
        for (const [label, share] of Object.entries(alone!.probabilities)) {
          expect(Math.abs(theirs[i]![label]! - share), `${text}: ${label}`).toBeLessThan(1e-4);
        }
      }
    });
  });

  it("keeps RoBERTa's, from which its positions are counted", () => {
    // The tokenizer's is 0.
    const { folder } = saveFixture('roberta');
    expect(readJson(folder, 'config.json').pad_token_id).toBe(1);
  });
});

describe('the folder', () => {
  it('is replaced as a whole and has no file of anything else', () => {
    const { folder } = saveFixture('distilbert');
    expect(readdirSync(folder).sort()).toEqual([
      ...['README.md', 'config.json', 'model.safetensors', 'onnx', 'special_tokens_map.json'],
      ...['tokenizer.json', 'tokenizer_config.json', 'vocab.txt'],
    ]);
    expect(readdirSync(dirname(folder)).sort()).toEqual(['model', 'vocabulary']);
  });

  it("tells neither the machine's folders nor code to be loaded", () => {
    const { config } = saveFixture('roberta');
    const json = {
      ...config.json,
      _name_or_path: '/home/somebody/roberta',
      auto_map: { AutoModel: 'evil.Model' },
    };
    const { folder } = saveFixture('roberta', { config: { ...config, json } });
    const written = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    expect(written).not.toHaveProperty('_name_or_path');
    expect(written).not.toHaveProperty('auto_map');
    expect(written).toMatchObject({
      model_type: 'roberta',
      architectures: ['RobertaForSequenceClassification'],
      problem_type: 'single_label_classification',
      id2label: { 0: 'no', 1: 'yes', 2: 'maybe' },
      label2id: { no: 0, yes: 1, maybe: 2 },
      textclf: { type: 'pretrained', outputs: 3, maxLength: 12 },
    });
  });

  it('is not written where a weight is missing', () => {
    const { weights } = saveFixture('bert');
    const { 'layers.1.attention.query.bias': _, ...others } = weights;
    expect(() => saveFixture('bert', { weights: others })).toThrow('layers.1.attention.query.bias');
  });
});
