import { expect, it } from 'vitest';
import { OptionError } from '../../src/experiment/option-error';
import { classWeights } from '../../src/trainer/class-weights';
import fixture from '../fixtures/sklearn-class-weights.json';

const names = ['a', 'b', 'c', 'd'];

it.each(fixture.cases)('balances $task counts $counts', ({ task, counts, rows, weights }) => {
  const labels = names.slice(0, counts.length);
  const found = classWeights('balanced', labels, counts, rows, task as 'single-label');
  expect(found).toHaveLength(weights.length);
  weights.forEach((weight, i) => {
    expect(found![i]).toBeCloseTo(weight, 5);
  });
});

it('leaves classes alone that have nothing to be balanced with', () => {
  const single = classWeights('balanced', ['a', 'b', 'never'], [10, 30, 0], 40, 'single-label');
  expect(single).toEqual(Float32Array.of(2, 2 / 3, 1));
  const multi = classWeights('balanced', ['always', 'never', 'half'], [8, 0, 4], 8, 'multi-label');
  expect(multi).toEqual(Float32Array.of(1, 1, 1));
});

it('takes weights by hand', () => {
  expect(classWeights('none', ['a', 'b'], [1, 9], 10, 'single-label')).toBeUndefined();
  expect(classWeights({ b: 0.5 }, ['a', 'b'], [1, 9], 10, 'single-label')).toEqual(Float32Array.of(1, 0.5));
  expect(classWeights({}, ['constructor', 'b'], [1, 9], 10, 'single-label')).toEqual(Float32Array.of(1, 1));
});

it('refuses the name of a class that there is not', () => {
  let error: unknown;
  try {
    classWeights({ spam: 2, hma: 3 }, ['ham', 'spam'], [5, 5], 10, 'single-label');
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(OptionError);
  expect(error).toMatchObject({
    message: 'there is no class "hma" to weigh',
    path: ['training', 'classWeights', 'hma'],
    hint: 'Did you mean "ham"? The classes are: "ham", "spam".',
    remedies: [{ type: 'rename', names: ['ham'] }, { type: 'remove' }],
  });
});
