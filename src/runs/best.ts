import { type DisplayStatus, isChild, type RunRecord } from './record';

/** The accuracy on validation of the best epoch: comparable between runs whether they had a test set or not. */
export function validationAccuracy({ best, last }: RunRecord): number | undefined {
  return best?.validation?.accuracy ?? last?.validation.accuracy ?? undefined;
}

/** Whether a run stands for folds or seeds, whose result is their mean: the best of them was lucky. */
export function isAveraged({ group }: Pick<RunRecord, 'group'>): boolean {
  return group !== undefined && group.kind !== 'search';
}

/** The mean validation accuracy of those runs of a group that succeeded. */
export function meanAccuracy(
  runs: readonly { status: DisplayStatus; record: RunRecord }[],
): number | undefined {
  const succeeded = runs.filter(({ status }) => status === 'succeeded');
  const values = succeeded.flatMap(({ record }) => validationAccuracy(record) ?? []);
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The run of the highest validation accuracy (the newest of equals, given newest first). The runs of a group don't count:
 * the one that stands for them has the scores and the model of the best. Folds and seeds count with their mean, and
 * with the best of them where none is left.
 *
 * @param runsOf those of a group
 */
export function bestRun<Run extends { status: DisplayStatus; record: RunRecord }>(
  all: readonly Run[],
  runsOf: (group: Run) => readonly Run[],
): Run | undefined {
  const runs = all.filter((run) => !isChild(run.record));
  let best: { run: Run; accuracy: number } | undefined;
  for (const run of runs) {
    const mean = isAveraged(run.record) ? meanAccuracy(runsOf(run)) : undefined;
    const accuracy = mean ?? validationAccuracy(run.record);
    if (accuracy !== undefined && (!best || accuracy > best.accuracy)) best = { run, accuracy };
  }
  // Without validation rows there is nothing to choose by.
  return best?.run ?? runs[0];
}
