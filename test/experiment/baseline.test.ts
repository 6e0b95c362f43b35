import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../src/experiment/baseline-of';
import { parseExperiment } from '../../src/experiment/parse';
import { resolveExperiment } from '../../src/experiment/resolve';

const parse = (written: object) => parseExperiment(JSON.stringify(written), 'a.textclf.json');
const baseline = (changes: object = {}) => ({
  data: { train: 'a.csv' },
  model: { type: 'baseline' },
  ...changes,
});

describe('options that the baseline does not have', () => {
  it.each([
    ['tokenizer', 'type', 'character'],
    ['tokenizer', 'ngrams', 2],
    ['tokenizer', 'maxVocabulary', 0],
    ['tokenizer', 'minFrequency', 2],
    ['tokenizer', 'maxLength', 512],
    ['training', 'epochs', 1],
    ['training', 'batchSize', 64],
    ['training', 'loss', 'crossEntropy'],
    ['training', 'labelSmoothing', 0.1],
    ['training', 'optimizer', { type: 'adam', learningRate: 0.01 }],
    ['training', 'scheduler', { type: 'linear' }],
    ['training', 'gradientClip', 1],
    ['training', 'gradientAccumulation', 2],
    ['training', 'earlyStopping', {}],
  ])('refuses %s.%s', (section, key, value) => {
    const { problems } = parse(baseline({ [section]: { [key]: value } }));
    expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      { path: [section, key], remedies: [{ type: 'remove' }] },
    ]);
  });

  it.each([
    ['tokenizer', 'maxLength', 256],
    ['training', 'epochs', 10],
    ['training', 'earlyStopping', null],
    ['runtime', 'threads', 0],
  ])('refuses %s.%s at its default', (section, key, value) => {
    const { problems } = parse(baseline({ [section]: { [key]: value } }));
    expect(problems).toMatchObject([{ severity: 'error', path: [section, key] }]);
  });

  it('refuses other values in the record of a run too', () => {
    const { experiment } = parse(baseline());
    const training = { ...experiment!.training, epochs: 3 };
    expect(resolveExperiment({ ...experiment, training }, 'a').findings).toMatchObject([
      { severity: 'error', path: ['training', 'epochs'] },
    ]);
  });

  it('lets them stand at their defaults, as a run records them', () => {
    const { experiment } = parse(baseline());
    expect(resolveExperiment(experiment, 'a').findings).toEqual([]);
  });

  it('lets those pass that it has', () => {
    const { problems } = parse(
      baseline({
        data: { train: 'a.csv', maxRows: 10, validation: { folds: 3 } },
        tokenizer: { lowercase: false, stripHtml: false, keepEmoticons: false },
        training: { classWeights: 'balanced', threshold: 'auto', seed: 1, repeat: 2 },
      }),
    );
    expect(problems).toEqual([]);
  });

  it('refuses threads, of which it has one', () => {
    const { problems } = parse(baseline({ runtime: { threads: 2 } }));
    expect(problems).toMatchObject([{ severity: 'error', path: ['runtime', 'threads'] }]);
  });

  it('warns of repetitions that repeat the same', () => {
    const training = { repeat: 3 };
    const { problems } = parse(baseline({ data: { train: 'a.csv', validation: 'b.csv' }, training }));
    expect(problems).toMatchObject([{ severity: 'warning', path: ['training', 'repeat'] }]);
    expect(parse(baseline({ data: { train: 'a.csv' }, training })).problems).toEqual([]);
  });

  it.each([
    ['sublinear', { weighting: 'naiveBayes', sublinear: false }],
    ['wordNgrams', { wordNgrams: [3, 1] }],
    ['characterNgrams', { characterNgrams: [5, 2] }],
  ])('refuses an impossible %s', (key, options) => {
    const { problems } = parse(baseline({ model: { type: 'baseline', ...options } }));
    expect(problems).toMatchObject([{ severity: 'error', path: ['model', key] }]);
  });
});

describe('the baseline of an experiment', () => {
  it('keeps its rows, its seed and what its classes mean', () => {
    const { experiment } = parse({
      name: 'mine',
      data: { train: 'a.csv', test: 'b.csv', validation: 0.1, maxRows: 100 },
      tokenizer: { stripHtml: false, maxLength: 50 },
      model: { type: 'lstm', layers: 2 },
      training: {
        epochs: 2,
        seed: 5,
        classWeights: { good: 2 },
        threshold: 0.3,
        optimizer: { type: 'sgd' },
        repeat: 3,
      },
      examples: ['one'],
    });
    const { findings, experiment: resolved } = resolveExperiment(baselineOf(experiment!), 'a');
    expect(findings).toEqual([]);
    expect(resolved).toMatchObject({
      name: 'mine baseline',
      data: experiment!.data,
      tokenizer: { stripHtml: false, maxLength: 256 },
      model: { type: 'baseline', wordNgrams: [1, 2] },
      training: { seed: 5, classWeights: { good: 2 }, threshold: 0.3, repeat: 1 },
      examples: ['one'],
    });
  });

  it('is the experiment itself where that is one', () => {
    const { experiment } = parse(baseline({ model: { type: 'baseline', strength: 3 } }));
    expect(baselineOf(experiment!)).toBe(experiment);
  });
});
