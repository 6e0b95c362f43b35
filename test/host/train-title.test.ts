import { expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import { plannedRuns } from '../../src/experiment/planned-runs';
import { trainTitle } from '../../src/host/train-title';

function titleOf(changes: object): string {
  const input = { data: { train: 'a.csv' }, model: { type: 'gru' }, ...changes };
  const { experiment, problems } = parseExperiment(JSON.stringify(input), '/work/a.textclf.json');
  if (!experiment) throw new Error(JSON.stringify(problems));
  return trainTitle({ ...experiment, plan: plannedRuns(experiment) });
}

const options = { 'model.hiddenSize': [8, 16] };
const folds = { train: 'a.csv', validation: { folds: 5 } };
const range = { 'model.dropout': { from: 0, to: 0.5 } };

it.each([
  ['Train', {}],
  ['Search (2 trials)', { search: { options } }],
  ['Search (20 trials)', { search: { options: range } }],
  ['Search (1 trial)', { search: { options, strategy: 'grid', trials: 1 } }],
  ['Search (10 min)', { search: { options: range, minutes: 10 } }],
  ['Search (3 trials, 2.5 min)', { search: { options: range, trials: 3, minutes: 2.5 } }],
  ['Cross-validate (5 folds)', { data: folds }],
  ['Cross-validate (5 folds, 3 times)', { data: folds, training: { repeat: 3 } }],
  ['Train 4 seeds', { training: { repeat: 4 } }],
])('Train says that it does this: %s', (title, changes) => {
  expect(titleOf(changes)).toBe(title);
});
