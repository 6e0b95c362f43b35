import type { BaselineScores } from '../protocol/dashboard';
import { readView } from './read-view';
import type { RunStore, StoredRun } from './run-store';

/**
 * The newest baseline of the same rows, split alike: what a run has to beat. None where it is one itself. A group has no
 * epochs of its own, and a search's trials are with options that nobody chose; folds count, each on its own rows.
 */
export function baselineOf(
  store: Pick<RunStore, 'all' | 'groupOf'>,
  { record }: StoredRun,
): StoredRun | undefined {
  const { dataDigest, model } = record;
  if (dataDigest === undefined || model === 'baseline') return undefined;
  return store.all.find(
    (run) =>
      run.status === 'succeeded' &&
      run.record.model === 'baseline' &&
      run.record.dataDigest === dataDigest &&
      run.record.group === undefined &&
      store.groupOf(run)?.record.group?.kind !== 'search',
  );
}

/** What a baseline reached on validation. */
export async function baselineScores({ id, name, folder, record }: StoredRun): Promise<BaselineScores> {
  const { epochs } = await readView(folder);
  const epoch = epochs.findLast(({ best }) => best) ?? epochs.at(-1);
  const validation = epoch?.validation ?? record.best?.validation ?? record.last?.validation ?? {};
  return { id, name, validation };
}
