import { describe, expect, it } from 'vitest';
import { differingSettings } from '../../src/runs/compare';

describe('differingSettings', () => {
  const base = {
    name: 'a',
    data: { train: ['x.csv'], label: 'label' },
    model: { type: 'gru', head: null },
    training: { epochs: 3, optimizer: { type: 'adam', learningRate: 0.001 } },
  };

  it.each([
    { what: 'nothing between equals', others: [base, structuredClone(base)], expected: [] },
    {
      what: 'the deepest option that differs',
      others: [{ ...base, training: { epochs: 3, optimizer: { type: 'adam', learningRate: 0.01 } } }],
      expected: [{ path: 'training.optimizer.learningRate', values: ['0.001', '0.01'] }],
    },
    {
      what: 'a list as one value',
      others: [{ ...base, data: { train: ['y.csv', 'x.csv'], label: 'label' } }],
      expected: [{ path: 'data.train', values: ['["x.csv"]', '["y.csv","x.csv"]'] }],
    },
    {
      what: 'options that only some have',
      others: [{ ...base, model: { type: 'gru', head: { hiddenSize: 8 } } }, base],
      expected: [
        { path: 'model.head', values: ['null', '', 'null'] },
        { path: 'model.head.hiddenSize', values: ['', '8', ''] },
      ],
    },
    {
      what: 'a number from a text that looks like it',
      others: [{ ...base, name: 1 }],
      expected: [{ path: 'name', values: ['"a"', '1'] }],
    },
  ])('lists $what', ({ others, expected }) => {
    expect(differingSettings([base, ...others])).toEqual(expected);
  });

  it('lists everything of a run whose settings can not be read as absent', () => {
    const differences = differingSettings([{ model: { type: 'gru' } }, {}]);
    expect(differences).toContainEqual({ path: 'model.type', values: ['"gru"', ''] });
  });
});
