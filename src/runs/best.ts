import type { RunRecord } from './record';

/** The accuracy on validation of the best epoch: comparable between runs whether they had a test set or not. */
export function validationAccuracy({ best, last }: RunRecord): number | undefined {
  return best?.validation?.accuracy ?? last?.validation.accuracy ?? undefined;
}

/** The run of the highest validation accuracy (the newest of equals, given newest first). */
export function bestRun<Run extends { record: RunRecord }>(runs: readonly Run[]): Run | undefined {
  let best: Run | undefined;
  for (const run of runs) {
    const accuracy = validationAccuracy(run.record);
    if (accuracy === undefined) continue;
    if (!best || accuracy > validationAccuracy(best.record)!) best = run;
  }
  // Without validation rows there is nothing to choose by.
  return best ?? runs[0];
}
