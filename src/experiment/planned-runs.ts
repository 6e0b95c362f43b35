import type { GroupKind } from '../protocol/events';
import type { Experiment } from './schema';
import { axesOf, settingsCount } from './search-axes';

/** Without a limit of its own, a random search would not end. */
const standardTrials = 20;

export interface PlannedRuns {
  kind: GroupKind;
  /** At most; null where only time limits them. */
  planned: number | null;
}

/** The several runs that training an experiment makes; undefined where it is one alone. */
export function plannedRuns({ data, training, search }: Experiment): PlannedRuns | undefined {
  if (search) {
    const { strategy, trials, minutes } = search;
    const isOpen = strategy === 'grid' || minutes !== undefined;
    const most = trials ?? (isOpen ? Number.POSITIVE_INFINITY : standardTrials);
    const planned = Math.min(most, settingsCount(axesOf(search)));
    return { kind: 'search', planned: Number.isFinite(planned) ? planned : null };
  }
  const folds = foldCount(data.validation);
  if (folds > 1) return { kind: 'folds', planned: folds * training.repeat };
  return training.repeat > 1 ? { kind: 'repeat', planned: training.repeat } : undefined;
}

type Validation = Experiment['data']['validation'];

/** Whether the training rows are cut into folds. */
export function isFolds(validation: Validation): validation is Extract<Validation, { folds: number }> {
  return typeof validation === 'object' && !Array.isArray(validation);
}

/** How many folds are trained, one after the other; 1 where there are none, or where one of them is chosen. */
export function foldCount(validation: Validation): number {
  return isFolds(validation) && validation.fold === undefined ? validation.folds : 1;
}
