import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import { planGroup } from '../../src/search/plan';
import { spread, summarize } from '../../src/search/summary';

function planOf(experiment: object) {
  const parsed = parseExperiment(JSON.stringify(experiment), 'toy.json');
  expect(parsed.problems).toEqual([]);
  return planGroup(parsed.experiment!, parsed.written);
}

const base = { data: { train: 'a.csv' }, model: { type: 'lstm' } };

describe('the plan of a group', () => {
  it('is none for a single run', () => {
    expect(planOf(base)).toBeUndefined();
  });

  it('has a run for each fold, judged by the monitored metric', () => {
    const plan = planOf({
      ...base,
      data: { train: 'a.csv', validation: { folds: 3 } },
      training: { earlyStopping: { monitor: 'validation.macroF1' } },
    })!;
    expect(plan).toMatchObject({
      kind: 'folds',
      planned: 3,
      metric: 'validation.macroF1',
      options: [{ path: 'data.validation.fold', scale: 'choice' }],
    });
    const variants = [...plan.variants];
    expect(variants.map(({ label }) => label)).toEqual(['fold 1 of 3', 'fold 2 of 3', 'fold 3 of 3']);
    const { experiment } = plan.experimentOf(variants[1]!.settings, 'toy fold 2 of 3');
    expect(experiment).toMatchObject({
      name: 'toy fold 2 of 3',
      data: { validation: { folds: 3, fold: 2 } },
      search: null,
    });
    // Trained alone, it is that one run again.
    expect(planOf(JSON.parse(JSON.stringify(experiment)))).toBeUndefined();
  });

  it('has a run for each seed', () => {
    const plan = planOf({ ...base, training: { repeat: 3, seed: 2 ** 32 - 2 } })!;
    const variants = [...plan.variants];
    expect(variants.map(({ label }) => label)).toEqual(['seed 4294967294', 'seed 4294967295', 'seed 0']);
    const { experiment } = plan.experimentOf(variants[2]!.settings, 'x');
    expect(experiment!.training).toMatchObject({ seed: 0, repeat: 1 });
    expect(plan.metric).toBe('validation.loss');
  });

  it('has all folds for each seed', () => {
    const plan = planOf({
      ...base,
      data: { train: 'a.csv', validation: { folds: 2 } },
      training: { repeat: 2 },
    })!;
    expect(plan).toMatchObject({ kind: 'folds', planned: 4 });
    expect([...plan.variants].map(({ label }) => label)).toEqual([
      'seed 42, fold 1 of 2',
      'seed 42, fold 2 of 2',
      'seed 43, fold 1 of 2',
      'seed 43, fold 2 of 2',
    ]);
  });

  it('has trials whose settings override what the file says, and nothing else', () => {
    const plan = planOf({
      ...base,
      model: { type: 'lstm', hiddenSize: 7 },
      search: {
        strategy: 'grid',
        options: { 'model.hiddenSize': [8, 9], 'training.optimizer.type': ['adamW'] },
      },
    })!;
    const variants = [...plan.variants];
    expect(variants).toEqual([
      { settings: { 'model.hiddenSize': 8, 'training.optimizer.type': 'adamW' } },
      { settings: { 'model.hiddenSize': 9, 'training.optimizer.type': 'adamW' } },
    ]);
    const { experiment, findings } = plan.experimentOf(variants[1]!.settings, 'toy trial 2');
    expect(findings).toEqual([]);
    expect(experiment).toMatchObject({
      name: 'toy trial 2',
      model: { hiddenSize: 9 },
      training: { seed: 42, optimizer: { type: 'adamW', weightDecay: 0.01 } },
      search: null,
    });
  });
});

describe('the summary of a group', () => {
  // numpy: a = np.array([0.81, 0.84, 0.79, 0.9]); a.mean(), a.std(ddof=1)
  it('has the mean and the deviation of a sample', () => {
    const { mean, deviation } = spread([0.81, 0.84, 0.79, 0.9]);
    expect(mean).toBeCloseTo(0.835, 12);
    expect(deviation).toBeCloseTo(0.04795831523312719, 12);
    expect(spread([3])).toEqual({ mean: 3, deviation: 0 });
  });

  it('counts the runs that have a metric', () => {
    const runs = [
      { validation: { loss: 1, rocAuc: null }, test: { accuracy: 0.5 } },
      { validation: { loss: 2, rocAuc: 0.5 } },
    ];
    expect(summarize(runs)).toEqual([
      { split: 'validation', name: 'loss', mean: 1.5, deviation: Math.SQRT1_2, runs: 2 },
      { split: 'validation', name: 'rocAuc', mean: 0.5, deviation: 0, runs: 1 },
      { split: 'test', name: 'accuracy', mean: 0.5, deviation: 0, runs: 1 },
    ]);
  });
});
