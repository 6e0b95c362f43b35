import { isChild, type RunRecord } from './record';

/** The accuracy on validation of the best epoch: comparable between runs whether they had a test set or not. */
export function validationAccuracy({ best, last }: RunRecord): number | undefined {
  return best?.validation?.accuracy ?? last?.validation.accuracy ?? undefined;
}

/**
 * The run of the highest validation accuracy (the newest of equals, given newest first). The runs of a group don't count:
 * the one that stands for them has the scores and the model of the best.
 */
export function bestRun<Run extends { record: RunRecord }>(all: readonly Run[]): Run | undefined {
  const runs = all.filter((run) => !isChild(run.record));
  let best: Run | undefined;
  for (const run of runs) {
    const accuracy = validationAccuracy(run.record);
    if (accuracy === undefined) continue;
    if (!best || accuracy > validationAccuracy(best.record)!) best = run;
  }
  // Without validation rows there is nothing to choose by.
  return best ?? runs[0];
}
