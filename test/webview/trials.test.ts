import { describe, expect, it } from 'vitest';
import type { GroupState } from '../../src/protocol/dashboard';
import { optionAxes, ticksOf, trialAxes } from '../../webview/axes';
import { monitorTitle, monitorValue } from '../../webview/metrics';
import {
  bestSoFar,
  bestTrial,
  planWords,
  settingText,
  shortNames,
  sortTrials,
  type Trial,
  type TrialSorting,
} from '../../webview/trials';

function trial(index: number, changes: Partial<Trial> = {}): Trial {
  return {
    ...{ index, id: `t${index}`, label: `trial ${index}`, settings: {}, status: 'succeeded', epoch: 1 },
    ...{ value: null, seconds: 1, ...changes },
  };
}

function group(trials: Trial[], changes: Partial<GroupState> = {}): GroupState {
  return {
    ...{ kind: 'search', planned: 20, metric: 'validation.accuracy', options: [], summary: null, trials },
    ...changes,
  };
}

const ids = (trials: readonly Trial[]) => trials.map(({ index }) => index);

describe('the best trial', () => {
  const values = [0.5, 0.9, null, 0.9, 0.7].map((value, i) => trial(i + 1, { value }));

  it('has the highest value, the first of equals', () => {
    expect(bestTrial(group(values))?.index).toBe(2);
  });

  it('has the lowest value of a metric that counts errors', () => {
    expect(bestTrial(group(values, { metric: 'validation.loss' }))?.index).toBe(1);
  });

  it('is none that failed, whatever it reached before', () => {
    expect(
      bestTrial(group([trial(1, { value: 0.2 }), trial(2, { value: 0.9, status: 'failed' })]))?.index,
    ).toBe(1);
  });

  it('is the one that the summary names', () => {
    const summary = { metrics: [], best: { index: 5, id: 't5', value: 0.7 } };
    expect(bestTrial(group(values, { summary }))?.index).toBe(5);
  });

  it('is nobody without a value', () => {
    expect(bestTrial(group([trial(1), trial(2)]))).toBeUndefined();
    expect(bestTrial(group([]))).toBeUndefined();
  });

  it('so far only gets better', () => {
    expect(bestSoFar(group(values))).toEqual([0.5, 0.9, 0.9, 0.9, 0.9]);
    expect(bestSoFar(group([trial(1), ...values], { metric: 'validation.logLoss' }))).toEqual([
      ...[null, 0.5, 0.5, 0.5, 0.5, 0.5],
    ]);
  });
});

describe('sorting', () => {
  const trials = [
    trial(1, { value: 0.7, settings: { 'model.hiddenSize': 128, 'model.pooling': 'mean' } }),
    trial(2, { value: null, settings: { 'model.hiddenSize': 64 } }),
    trial(3, { value: 0.9, settings: { 'model.hiddenSize': 1024, 'model.pooling': 'attention' } }),
    trial(4, { value: 0.7, settings: { 'model.hiddenSize': 'auto', 'model.pooling': 'mean' } }),
  ];
  it.each<[TrialSorting, number[]]>([
    [{ column: 'value', descending: true }, [3, 1, 4, 2]],
    // What has no value comes last this way too.
    [{ column: 'value', descending: false }, [1, 4, 3, 2]],
    [{ column: 'index', descending: true }, [4, 3, 2, 1]],
    // Numbers by size, not by their digits; words after them.
    [{ column: 'option model.hiddenSize', descending: false }, [2, 1, 3, 4]],
    [{ column: 'option model.pooling', descending: false }, [3, 1, 4, 2]],
    [{ column: 'option not.there', descending: false }, [1, 2, 3, 4]],
  ])('by %o', (sorting, expected) => {
    expect(ids(sortTrials(trials, sorting))).toEqual(expected);
  });
});

it.each<[GroupState, string]>([
  [group([trial(1), trial(2, { status: 'running' })]), 'Search · 1 of 20 trials'],
  [group([trial(1)], { planned: null }), 'Search · 1 trial'],
  [group([trial(1), trial(2)], { planned: 2, kind: 'folds' }), 'Cross-validation · 2 folds'],
  [group([], { planned: 3, kind: 'repeat' }), 'Repetition · 0 of 3 seeds'],
])('the plan in words: %#', (state, expected) => {
  expect(planWords(state)).toBe(expected);
});

it('names are as short as tells them apart', () => {
  const paths = ['model.hiddenSize', 'model.head.hiddenSize', 'training.seed', 'x', 'a.x'];
  expect(shortNames(paths)).toEqual(['model.hiddenSize', 'head.hiddenSize', 'seed', 'x', 'a.x']);
});

it.each([
  [1024, '1024'],
  [0.000316227766, '0.000316'],
  ['mean', 'mean'],
  [null, 'null'],
  [undefined, '–'],
  [{ type: 'adam' }, '{"type":"adam"}'],
])('the setting %j is written %s', (value, expected) => {
  expect(settingText(value)).toBe(expected);
});

describe('axes', () => {
  const option = (values: unknown[], scale: GroupState['options'][number]['scale']) => {
    const trials = values.map((value, i) =>
      trial(i + 1, { settings: value === undefined ? {} : { o: value } }),
    );
    const [axis] = optionAxes(group(trials, { options: [{ path: 'o', scale }] }));
    return { axis: axis!, trials, positions: trials.map((item) => axis!.position(item)) };
  };

  it('spread numbers evenly, or by their order of magnitude', () => {
    expect(option([10, 20, 50], 'linear').positions).toEqual([0, 0.25, 1]);
    const { positions } = option([0.0001, 0.001, 0.01], 'log');
    expect(positions[1]).toBeCloseTo(0.5, 12);
  });

  it('have a place for every choice, in order', () => {
    const { axis, positions } = option([128, 'auto', 64, 128], 'choice');
    expect(axis.choices).toEqual(['64', '128', 'auto']);
    expect(positions).toEqual([0.5, 1, 0, 0.5]);
  });

  it('take what is no number for a choice, and 0 for a reason to count evenly', () => {
    expect(option([1, [1, 2]], 'linear').axis.kind).toBe('choice');
    expect(option([0, 1, 10], 'log').axis.kind).toBe('linear');
  });

  it('have no place for a trial without the option, and the middle for a value that is alone', () => {
    expect(option([5, undefined], 'log').positions).toEqual([0.5, null]);
    expect(option([undefined], 'linear').axis.ticks).toEqual([]);
  });

  it('have the best metric on top', () => {
    const trials = [trial(1, { value: 0.2 }), trial(2, { value: 0.8 }), trial(3)];
    const positions = (metric: GroupState['metric']) => {
      const axis = trialAxes(group(trials, { metric })).at(-1)!;
      return trials.map((item) => axis.position(item));
    };
    expect(positions('validation.accuracy')).toEqual([0, 1, null]);
    expect(positions('validation.loss')).toEqual([1, 0, null]);
  });

  it.each([
    ['linear', 0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    ['linear', 16, 247, [50, 100, 150, 200]],
    ['linear', 3, 3, [3]],
    ['linear', 0.8301, 0.8367, [0.832, 0.834, 0.836]],
    ['log', 0.0001, 0.1, [0.0001, 0.001, 0.01, 0.1]],
    ['log', 0.0005, 0.02, [0.001, 0.003, 0.01]],
    ['log', 0.00178, 0.00262, [0.0018, 0.002, 0.0022, 0.0024, 0.0026]],
  ] as const)('have round marks: %s, %d to %d', (kind, low, high, expected) => {
    expect(ticksOf(kind, low, high)).toEqual(expected);
  });
});

it.each([
  ['validation.macroF1', 0.9123, 'validation macro F1', '91.2\u202f%'],
  ['validation.loss', 0.31245, 'validation loss', '0.3125'],
  ['validation.rocAuc', 0.9514, 'validation ROC AUC', '0.951'],
  ['validation.matthews', null, 'validation Matthews correlation', '–'],
  // Written by another version.
  ['something.else', 0.5, 'something.else', '0.500'],
])('the metric %s', (name, value, title, written) => {
  expect(monitorTitle(name)).toBe(title);
  expect(monitorValue(name, value)).toBe(written);
});
