import { describe, expect, it } from 'vitest';
import type { RunStatus } from '../../src/protocol/events';
import { bestRun, validationAccuracy } from '../../src/runs/best';
import type { RunRecord } from '../../src/runs/record';

type Part = Pick<RunRecord, 'best' | 'last'>;

function run(id: string, part: Part & Pick<RunRecord, 'parent' | 'group'>, status: RunStatus = 'succeeded') {
  return { id, status, record: part as RunRecord };
}

const best = (accuracy: number | null): Part => ({
  best: { epoch: 1, metric: 'validation.loss', value: 0.5, validation: { loss: 0.5, accuracy } },
});
const last = (accuracy: number | null): Part => ({
  last: { epoch: 2, train: { loss: 0.1, accuracy: 1 }, validation: { loss: 0.6, accuracy } },
});

describe('validationAccuracy', () => {
  it.each([
    { what: 'the best epoch', part: { ...best(0.8), ...last(0.7) }, accuracy: 0.8 },
    { what: 'the last epoch where no epoch is the best', part: last(0.7), accuracy: 0.7 },
    { what: 'nothing without validation rows', part: { ...best(null), ...last(null) }, accuracy: undefined },
    { what: 'nothing before the first epoch', part: {}, accuracy: undefined },
  ])('is that of $what', ({ part, accuracy }) => {
    expect(validationAccuracy(part as RunRecord)).toBe(accuracy);
  });
});

describe('bestRun', () => {
  it.each([
    { what: 'the highest', runs: [run('a', best(0.7)), run('b', best(0.9)), run('c', best(0.8))], id: 'b' },
    { what: 'the newest of equals', runs: [run('new', best(0.9)), run('old', best(0.9))], id: 'new' },
    { what: 'a measured one before an unmeasured one', runs: [run('a', {}), run('b', best(0.1))], id: 'b' },
    { what: 'an accuracy of 0 is one too', runs: [run('a', {}), run('b', best(0))], id: 'b' },
    { what: 'the newest where none is measured', runs: [run('new', {}), run('old', {})], id: 'new' },
    {
      what: 'a search, not the trial that made it so good',
      runs: [
        run('trial', { ...best(0.9), parent: { id: 'search', index: 1, label: 'trial 1' } }),
        run('search', best(0.9)),
      ],
      id: 'search',
    },
    { what: 'none of none', runs: [], id: undefined },
  ])('is $what', ({ runs, id }) => {
    expect(bestRun(runs, () => [])?.id).toBe(id);
  });

  it.each(['folds', 'repeat'] as const)(
    'is not of %s, whose best was lucky, but whose mean is lower',
    (kind) => {
      const group = run('group', { ...best(0.99), group: { kind, planned: 3 } });
      const parts = [run('1', best(0.99)), run('2', best(0.71)), run('3', best(0.1), 'failed')];
      const chosen = (other: number, children: typeof parts) =>
        bestRun([group, run('other', best(other))], (of) => (of.id === 'group' ? children : []))?.id;
      expect(chosen(0.86, parts)).toBe('other');
      expect(chosen(0.84, parts)).toBe('group');
      // Deleted since.
      expect(chosen(0.86, [])).toBe('group');
    },
  );
});
