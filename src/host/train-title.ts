import type { PlannedRuns } from '../experiment/planned-runs';
import type { Experiment } from '../experiment/schema';
import { countOf } from '../protocol/count';

/** An experiment, and the several runs that training it makes; without a plan it is one run. */
export interface PlannedExperiment extends Pick<Experiment, 'data' | 'training' | 'search' | 'model'> {
  plan: PlannedRuns | undefined;
}

/** What a click on Train does: `Train`, `Search (20 trials)`, `Cross-validate (5 folds)`, `Train 5 seeds`. */
export function trainTitle({ plan, search, training }: PlannedExperiment): string {
  if (!plan) return 'Train';
  const { kind, planned } = plan;
  switch (kind) {
    case 'search': {
      const limits = [
        planned === null ? '' : countOf(planned, 'trial'),
        search?.minutes === undefined ? '' : `${search.minutes} min`,
      ];
      return `Search (${limits.filter(Boolean).join(', ')})`;
    }
    case 'folds': {
      const { repeat } = training;
      const folds = countOf((planned ?? 0) / repeat, 'fold');
      return `Cross-validate (${folds}${repeat > 1 ? `, ${repeat} times` : ''})`;
    }
    case 'repeat':
      return `Train ${countOf(planned ?? 0, 'seed')}`;
  }
}
