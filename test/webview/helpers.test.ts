import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import { align, epochMeans, sample, scaleOf } from '../../webview/chart-data';
import { frequentConfusions, sortClasses } from '../../webview/confusions';
import {
  bytes,
  clock,
  count,
  decimal,
  duration,
  loss,
  percent,
  percentRange,
  rate,
} from '../../webview/format';
import { flattenSettings, ownSettings, searchSettings, settingAt } from '../../webview/settings';
import { epochMetricsOf } from '../support/sample-metrics';
import { madeEvaluation } from './states';

const space = '\u202f';

describe('numbers', () => {
  it.each([
    [percent(0.8738), `87.4${space}%`],
    [percent(1), `100.0${space}%`],
    [percent(null), '–'],
    [percentRange({ low: 0.851, high: 0.895 }), `85.1–89.5${space}%`],
    [loss(0.31245), '0.3125'],
    [loss(0), '0.0000'],
    [loss(0.00012), '1.2e-4'],
    [loss(1_234_567), '1.2e+6'],
    [loss(Number.NaN), '–'],
    [rate(0.001), '0.001'],
    [rate(0.00003), '3e-5'],
    [rate(0.000123456), '0.000123'],
    [count(999), '999'],
    [count(1_234), `1${space}234`],
    [count(1_234_567), `1${space}234${space}567`],
    [duration(0.42), `0.4${space}s`],
    [duration(185), `3${space}min 05${space}s`],
    [clock(4.4), `4${space}s`],
    [clock(7_620), `2${space}h 07${space}min`],
    [clock(-3), `0${space}s`],
    [decimal(0.95149), '0.951'],
    [decimal(null), '–'],
    [bytes(640), `640${space}B`],
    [bytes(66_400_000), `66.4${space}MB`],
    [bytes(134_300_000), `134${space}MB`],
    [bytes(999_700), `1.0${space}MB`],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});

describe('curves over one x', () => {
  it('have nulls where they have no value of their own', () => {
    const aligned = align([
      { x: [1, 2, 4], y: [10, 20, 40] },
      { x: [2, 3], y: [0.2, 0.3] },
    ]);
    expect(aligned).toEqual({
      x: [1, 2, 3, 4],
      columns: [
        [10, 20, null, 40],
        [null, 0.2, 0.3, null],
      ],
    });
  });

  it('have none where a value is not finite', () => {
    expect(align([{ x: [1, 2], y: [Number.NaN, Number.POSITIVE_INFINITY] }]).columns).toEqual([[null, null]]);
  });

  it('count epochs once it is known how many batches one has', () => {
    const epoch = {
      ...{ epoch: 2, step: 80, best: true, seconds: 1, learningRate: 0.1 },
      train: { loss: 0.5, accuracy: 0.7 },
      validation: epochMetricsOf({ loss: 0.6 }),
    };
    expect(scaleOf(0, [])).toEqual({ unit: 'batch', stepsPerUnit: 1 });
    expect(scaleOf(40, [])).toEqual({ unit: 'epoch', stepsPerUnit: 40 });
    expect(scaleOf(0, [epoch])).toEqual({ unit: 'epoch', stepsPerUnit: 40 });
    // The second epoch goes from 1 to 2.
    expect(epochMeans([epoch], ({ train }) => train.loss, scaleOf(40, []))).toEqual({ x: [1.5], y: [0.5] });
  });
});

describe('a sample of many', () => {
  it.each([
    [3, 5, [0, 1, 2]],
    [10, 4, [0, 3, 6, 9]],
    [0, 5, []],
  ])('%i items, at most %i', (length, most, expected) => {
    expect(sample(length, most)).toEqual(expected);
  });
});

describe('confusions', () => {
  it('come most frequent first, with their share of the class', () => {
    const evaluation = {
      ...madeEvaluation(['a', 'b']),
      confusion: [
        [8, 2],
        [5, 5],
      ],
    };
    for (const scores of evaluation.classes) scores.support = 10;
    expect(frequentConfusions(evaluation)).toEqual([
      { truth: 'b', predicted: 'a', rows: 5, share: 0.5 },
      { truth: 'a', predicted: 'b', rows: 2, share: 0.2 },
    ]);
  });

  it('sort classes by any column', () => {
    const { classes } = madeEvaluation(['a', 'b', 'c', 'd']);
    const f1 = sortClasses(classes, { column: 'f1', descending: true }).map((scores) => scores.f1);
    expect(f1).toEqual([...f1].sort((a, b) => b - a));
    expect(sortClasses(classes, { column: 'label', descending: true })[0]!.label).toBe('d');
    expect(sortClasses(classes, null)).toEqual(classes);
    // "b" has no ROC AUC: it comes last either way.
    for (const descending of [true, false]) {
      expect(sortClasses(classes, { column: 'rocAuc', descending }).at(-1)!.label).toBe('b');
    }
  });
});

describe('settings', () => {
  const settings = flattenSettings({
    name: 'reviews',
    model: { type: 'lstm', head: { hiddenSize: 64 } },
    examples: ['a text', 'another'],
    labels: [],
    test: null,
  });

  it('are listed with their whole path', () => {
    expect(settings).toEqual([
      { path: 'name', value: '"reviews"' },
      { path: 'model.type', value: '"lstm"' },
      { path: 'model.head.hiddenSize', value: '64' },
      { path: 'examples', value: '["a text","another"]' },
      { path: 'labels', value: '[]' },
      { path: 'test', value: 'null' },
    ]);
  });

  it.each([
    ['a.b', 1],
    ['a', { b: 1 }],
    ['a.c', undefined],
    ['a.b.c', undefined],
    ['constructor', undefined],
  ])('are found by their path %s', (path, expected) => {
    expect(settingAt({ a: { b: 1 } }, path)).toEqual(expected);
    expect(settingAt(null, path)).toBeUndefined();
  });

  it.each([
    ['hidden', ['model.head.hiddenSize']],
    ['MODEL lstm', ['model.type']],
    ['another', ['examples']],
    ['nothing like it', []],
  ])('are found by "%s"', (search, expected) => {
    expect(searchSettings(settings, search).map(({ path }) => path)).toEqual(expected);
  });
});

describe('the settings that a model has', () => {
  const shown = (model: object) => {
    const written = { data: { train: 'a.csv' }, model };
    const { experiment } = parseExperiment(JSON.stringify(written), 'a.textclf.json');
    return ownSettings(flattenSettings(experiment)).map(({ path }) => path);
  };
  const ofEncoders = ['freezeEncoderEpochs', 'layerLearningRateDecay', 'recompute'].map(
    (key) => `training.${key}`,
  );

  it('are its own: a pretrained encoder brings its tokenizer, other models have nothing to thaw', () => {
    const encoder = shown({ type: 'pretrained', encoder: 'bert-base-uncased' });
    expect(encoder).toEqual(expect.arrayContaining(['model.encoder', 'model.revision', ...ofEncoders]));
    expect(encoder.filter((path) => path.startsWith('tokenizer'))).toEqual([]);
    const network = shown({ type: 'lstm' });
    expect(network).toEqual(expect.arrayContaining(['tokenizer.maxLength', 'training.epochs']));
    expect(network.filter((path) => ofEncoders.includes(path))).toEqual([]);
  });
});
