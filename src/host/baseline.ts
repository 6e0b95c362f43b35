import type { BaselineScores } from '../protocol/dashboard';
import { readView } from './read-view';
import type { RunStore, StoredRun } from './run-store';

/** The newest baseline of the same rows, split alike: what a run has to beat. None where it is one itself. */
export function baselineOf({ all }: Pick<RunStore, 'all'>, { record }: StoredRun): StoredRun | undefined {
  const { dataDigest, model } = record;
  if (dataDigest === undefined || model === 'baseline') return undefined;
  return all.find(
    (run) =>
      run.status === 'succeeded' && run.record.model === 'baseline' && run.record.dataDigest === dataDigest,
  );
}

/** What a baseline reached on validation. */
export async function baselineScores({ id, name, folder, record }: StoredRun): Promise<BaselineScores> {
  const { epochs } = await readView(folder);
  const { loss, accuracy, macroF1 } = {
    ...{ macroF1: null },
    ...(record.best?.validation ?? record.last?.validation ?? { loss: null, accuracy: null }),
    ...(epochs.findLast(({ best }) => best) ?? epochs.at(-1))?.validation,
  };
  return { id, name, loss, accuracy, macroF1 };
}
