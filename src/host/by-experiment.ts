import type { StoredRun } from './run-store';

/** Runs by the experiment file that they were started from, in the order given. */
export function byExperiment(runs: readonly StoredRun[]): Map<string, StoredRun[]> {
  const groups = new Map<string, StoredRun[]>();
  for (const run of runs) {
    const { experimentFile } = run.record;
    const group = groups.get(experimentFile);
    if (group) group.push(run);
    else groups.set(experimentFile, [run]);
  }
  return groups;
}
