import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { evaluate } from '../../src/predict/evaluate';
import { loadPredictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { HumanError } from '../../src/protocol/human-error';
import { readEvents } from '../../src/runs/events';
import { runPaths, savedModel } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { readSafetensors } from '../../src/runs/safetensors';
import { loadModelFile } from '../../src/runtime/onnxruntime';
import { train } from '../../src/trainer/train';
import { toyReviews, workspace, writeExperiment } from '../support/toy-data';

function ofType<Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) {
  return events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
}

interface Changes {
  data?: object;
  tokenizer?: object;
  model?: object;
  training?: object;
  examples?: string[];
}

function baseline({ data, model, ...rest }: Changes = {}) {
  return { data: { train: 'train.csv', ...data }, model: { type: 'baseline', ...model }, ...rest };
}

const reviews = { 'train.csv': toyReviews(400), 'test.csv': toyReviews(100, 2) };

async function run(
  experiment: object,
  files: Record<string, string> = reviews,
  options: Partial<Parameters<typeof train>[0]> = {},
) {
  const folder = workspace();
  const experimentFile = writeExperiment(folder, experiment, files);
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent) => {
    events.push(event);
    options.onEvent?.(event);
  };
  const result = await train({ root: folder, ...options, experimentFile, onEvent });
  return { ...result, workspace: folder, events, model: runPaths(result.folder).model };
}

/** Texts whose topics stand in them, each by a word of its own, among words that say nothing. */
function topics(rows: number, seed: number, kinds: readonly string[], several: boolean): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: rows }, () => {
    const own = kinds.filter(() => random.next() < 0.4);
    const labels = several ? own : [kinds[random.integer(kinds.length)]!];
    const words = Array.from({ length: 6 }, () => `word${random.integer(20)}`);
    for (const label of labels) words.splice(random.integer(words.length), 0, `about${label}`);
    return `"${words.join(' ')}","${labels.join(',')}"`;
  });
  return `text,label\n${lines.join('\n')}\n`;
}

describe('training a baseline', () => {
  it('leaves all that a run of a network leaves', async () => {
    const examples = ['a superb film', 'the story was awful'];
    const result = await run(baseline({ data: { test: 'test.csv' }, examples }));

    expect(result.evaluation).toMatchObject({ split: 'test', rows: 100 });
    expect(result.evaluation!.accuracy).toBeGreaterThan(0.97);
    const { events, problems } = readEvents(runPaths(result.folder).events);
    expect(problems).toEqual([]);
    expect(events).toEqual(result.events);
    expect(ofType(events, 'phase').map(({ phase }) => phase)).toEqual([
      'reading data',
      'building vocabulary',
      'training',
      'evaluating',
      'saving',
      'evaluating',
    ]);
    const [data] = ofType(events, 'data');
    expect(data).toMatchObject({ rows: { train: 320, validation: 80, test: 100 }, lengths: { cutTexts: 0 } });
    expect(data!.vocabulary.size).toBe(data!.vocabulary.seen);
    expect(ofType(events, 'model')[0]!.summary).toMatch(
      /^TF-IDF of words and pairs, \d+ features, logistic regression$/,
    );
    const batches = ofType(events, 'batch');
    expect(batches.map(({ batch }) => batch)).toEqual(batches.map((_, i) => i + 1));
    expect(batches.at(-1)!.loss).toBeLessThan(batches[0]!.loss);
    const [epoch, ...others] = ofType(events, 'epoch');
    expect(others).toEqual([]);
    expect(epoch).toMatchObject({ epoch: 1, best: true, train: { accuracy: 1 } });
    expect(ofType(events, 'examples')[0]!.examples.map(({ label }) => label)).toEqual(['good', 'bad']);
    expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'succeeded' });
    expect(readRecord(result.folder)).toMatchObject({
      status: 'succeeded',
      model: 'baseline',
      best: { epoch: 1, metric: 'validation.loss', value: epoch!.validation.loss },
      last: { epoch: 1, validation: { accuracy: epoch!.validation.accuracy } },
      test: { accuracy: result.evaluation!.accuracy },
    });
    expect(savedModel(result.folder)).toBe(result.model);
    const rows = readFileSync(runPaths(result.folder).predictions, 'utf8').trim().split('\n');
    expect(rows).toHaveLength(100);
  });

  it('is the same run with the same seed, to the bit', async () => {
    const runs = await Promise.all([run(baseline()), run(baseline())]);
    const [first, second] = runs.map(({ model }) => readFileSync(join(model, 'model.safetensors')));
    expect(first!.equals(second!)).toBe(true);
    expect(runs[0]!.evaluation).toEqual(runs[1]!.evaluation);
  });

  it.each([
    ['tf-idf', {}, 'a,b'],
    ['log-count ratios and characters', { weighting: 'naiveBayes', characterNgrams: [2, 3] }, 'a,b'],
    ['tf-idf, three classes', { wordNgrams: [1, 1] }, 'a,b,c'],
    ['log-count ratios, three classes', { weighting: 'naiveBayes' }, 'a,b,c'],
  ])('tells classes apart with %s, and says the same when it is opened again', async (_, model, kinds) => {
    const files = {
      'train.csv': topics(300, 1, kinds.split(','), false),
      'test.csv': topics(80, 2, kinds.split(','), false),
    };
    const result = await run(baseline({ data: { test: 'test.csv' }, model }), files);
    expect(result.evaluation!.accuracy).toBeGreaterThan(0.97);
    const predictor = await loadPredictor(result.model);
    const again = await evaluate(predictor, {
      files: [join(result.workspace, 'test.csv')],
      text: 'text',
      label: 'label',
      labelSeparator: ',',
    });
    expect(again.evaluation.confusion).toEqual(result.evaluation!.confusion);
    expect(again.evaluation.logLoss).toBeCloseTo(result.evaluation!.logLoss!, 6);
    expect(again.evaluation.loss).toBeCloseTo(result.evaluation!.loss!, 6);
  });

  it('gives several labels a text, from thresholds that it chose', async () => {
    const kinds = ['a', 'b', 'c'];
    const files = { 'train.csv': topics(400, 1, kinds, true), 'test.csv': topics(100, 2, kinds, true) };
    const result = await run(
      baseline({
        data: { task: 'multi-label', test: 'test.csv' },
        training: { threshold: 'auto', classWeights: 'balanced' },
        examples: ['word1 aboutc abouta word2', 'word1 word2 word3'],
      }),
      files,
    );
    expect(result.evaluation).toMatchObject({ task: 'multi-label', confusion: [] });
    expect(result.evaluation!.accuracy).toBeGreaterThan(0.95);
    expect(result.evaluation!.classes.every(({ threshold }) => threshold !== undefined)).toBe(true);
    expect(ofType(result.events, 'examples')[0]!.examples.map(({ label }) => label)).toEqual([
      'a, c',
      'no label',
    ]);
    const predictor = await loadPredictor(result.model);
    expect(predictor.rule.thresholds).toHaveLength(3);
    expect((await predictor.predict(['aboutb word4 abouta']))[0]!.labels).toEqual(['a', 'b']);
  });

  it('heeds class weights', async () => {
    const recallOf = async (weight: number) => {
      const noisy = toyReviews(300).replaceAll(/good",good|fine",good|great",good/g, 'bad",good');
      const experiment = baseline({ training: { classWeights: { good: weight } } });
      return (await run(experiment, { 'train.csv': noisy })).evaluation!.classes[1]!;
    };
    const [rare, often] = [await recallOf(0.1), await recallOf(10)];
    expect(often).toMatchObject({ label: 'good' });
    expect(often.recall).toBeGreaterThan(rare.recall);
  });

  it('keeps the weights that it has when it is stopped', async () => {
    const stop = new AbortController();
    const result = await run(baseline({ model: { strength: 1000 }, data: { test: 'test.csv' } }), reviews, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'batch' && event.batch === 2) stop.abort();
      },
    });
    expect(result).toMatchObject({ status: 'stopped', evaluation: undefined });
    expect(ofType(result.events, 'batch')).toHaveLength(2);
    expect(ofType(result.events, 'epoch')).toEqual([]);
    const predictor = await loadPredictor(result.model);
    expect((await predictor.predict(['superb superb']))[0]!.label).toBe('good');
  });

  it('stops before it has a model without leaving one', async () => {
    const stop = new AbortController();
    const result = await run(baseline(), reviews, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'phase' && event.phase === 'building vocabulary') stop.abort();
      },
    });
    expect(result.status).toBe('stopped');
    expect(existsSync(result.model)).toBe(false);
  });

  it('says when it had too few iterations, and when nothing is left to judge it by', async () => {
    const { events } = await run(baseline({ model: { maxIterations: 2 }, data: { validation: 1e-9 } }));
    expect(ofType(events, 'warning').map(({ message }) => message)).toEqual([
      expect.stringContaining('No row is left for validation'),
      expect.stringContaining('raise model.maxIterations'),
    ]);
    expect(ofType(events, 'epoch')[0]!.validation).toMatchObject({ loss: null, accuracy: null });
  });

  it.each([
    ['in so many texts', { minDocumentFrequency: 1000 }, /in 1000 training texts.*minDocumentFrequency/s],
    ['so long', { wordNgrams: [10, 10] }, /wordNgrams/],
  ])('refuses where no run is %s', async (_, model, message) => {
    const files = { 'train.csv': 'text,label\na b,x\nc d,y\na d,x\nb c,y\n' };
    await expect(run(baseline({ model, data: { validation: 1e-9 } }), files)).rejects.toThrow(HumanError);
    await expect(run(baseline({ model, data: { validation: 1e-9 } }), files)).rejects.toSatisfy((error) =>
      message.test(`${(error as HumanError).message} ${(error as HumanError).hint}`),
    );
  });

  it('trains the baseline of an experiment with a network', async () => {
    const experiment = {
      data: { train: 'train.csv' },
      tokenizer: { lowercase: false, maxLength: 3 },
      model: { type: 'gru', embedding: { vectors: 'not-there.txt' } },
      training: { epochs: 3, seed: 7, earlyStopping: { patience: 50 } },
    };
    const result = await run(experiment, reviews, { baseline: true });
    expect(readRecord(result.folder)).toMatchObject({ name: 'toy baseline', model: 'baseline', seed: 7 });
    expect(JSON.parse(readFileSync(runPaths(result.folder).experiment, 'utf8'))).toMatchObject({
      tokenizer: { lowercase: false, maxLength: 256 },
      model: { type: 'baseline' },
    });
    expect(ofType(result.events, 'warning')).toEqual([]);
  });
});

describe("a baseline's model.onnx", () => {
  it('gives the same logits from ids and values, padded with 0', async () => {
    const kinds = ['a', 'b', 'c'];
    const { model } = await run(baseline(), { 'train.csv': topics(200, 1, kinds, false) });
    const predictor = await loadPredictor(model);
    const { tensors } = readSafetensors(join(model, 'model.safetensors'));
    const executable = await loadModelFile(join(model, 'model.onnx'));
    // A feature of value 1 beside a row of three: from the definition.
    const [weight, bias] = [
      tensors['output.weight']!.data as Float32Array,
      tensors['output.bias']!.data as Float32Array,
    ];
    const shape = [2, 3];
    const { logits } = await executable.run({
      feature_ids: { dtype: 'int64', shape, data: BigInt64Array.of(5n, 0n, 0n, 1n, 2n, 3n) },
      feature_values: { dtype: 'float32', shape, data: Float32Array.of(1, 0, 0, 0.5, -1, 2) },
    });
    await executable.release();
    expect(logits!.shape).toEqual([2, 3]);
    for (let output = 0; output < 3; output++) {
      const w = (id: number) => weight[id * 3 + output]!;
      expect(w(0)).toBe(0);
      expect(logits!.data[output]).toBeCloseTo(w(5) + bias[output]!, 5);
      expect(logits!.data[3 + output]).toBeCloseTo(0.5 * w(1) - w(2) + 2 * w(3) + bias[output]!, 5);
    }
    const [empty] = await predictor.logits(['never met']);
    expect(Array.from(empty!)).toEqual(Array.from(bias));
  });
});

describe('opening a baseline', () => {
  it.each<[string, (model: string) => void, RegExp]>([
    ['cut off', (model) => truncateSync(join(model, 'model.safetensors'), 1000), /safetensors/],
    [
      'without some of its words',
      (model) => {
        const file = join(model, 'tokenizer.json');
        const contents = JSON.parse(readFileSync(file, 'utf8')) as { words: string[] };
        writeFileSync(file, JSON.stringify({ ...contents, words: contents.words.slice(1) }));
      },
      /a run has a word that is not listed/,
    ],
    [
      'with no tokenizer of its own',
      (model) => writeFileSync(join(model, 'tokenizer.json'), '{}'),
      /does not fit/,
    ],
    [
      'with the configuration of other classes',
      (model) => {
        const file = join(model, 'config.json');
        const config = JSON.parse(readFileSync(file, 'utf8')) as { textclf: object };
        const id2label = { 0: 'a', 1: 'b', 2: 'c' };
        writeFileSync(
          file,
          JSON.stringify({ ...config, id2label, textclf: { type: 'baseline', outputs: 3 } }),
        );
      },
      /1 outputs instead of 3/,
    ],
  ])('refuses one %s', async (_, damage, message) => {
    const { model } = await run(baseline());
    damage(model);
    const opening = loadPredictor(model);
    await expect(opening).rejects.toThrow(HumanError);
    await expect(opening).rejects.toThrow(message);
  });
});

const shared = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const real: [name: string, train: string, test: string, least: number][] = [
  // scikit-learn's TfidfVectorizer and LogisticRegression are within a point above these on the same features.
  ['trec6', 'trec6/train.csv', 'trec6/test.csv', 0.875],
  ['sst2', 'sst2/sentences_binary_train.csv', 'sst2/sentences_binary_test.csv', 0.805],
];

describe.skipIf(!existsSync(shared))('a baseline on real data (skipped where shared/data is absent)', () => {
  it.each(real)('%s', async (_, trainFile, testFile, least) => {
    const data = { train: join(shared, trainFile), test: join(shared, testFile), validation: 0.05 };
    const { evaluation } = await run(baseline({ data }));
    expect(evaluation!.accuracy).toBeGreaterThan(least);
  });
});
