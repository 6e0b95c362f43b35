import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { HumanError } from '../protocol/human-error';
import { isAveraged } from '../runs/best';
import { type RunTarget, runFolderOf } from './commands';
import { readGroup } from './group-states';
import { bestFirst } from './group-text';
import { knownRun, runItems } from './pick';
import type { RunStore, StoredRun } from './run-store';
import { trialNouns } from './run-text';
import type { Services } from './services';

/** More curves than this can't be told apart. */
const mostRuns = 6;

/**
 * Opens one dashboard of several runs: those selected, otherwise those that the person adds to the one given. A
 * search has no curve of its own: its best trial stands there for it.
 */
export async function compareRuns(
  services: Services,
  target: RunTarget | undefined,
  selected: readonly RunTarget[] = [],
): Promise<void> {
  const { store, dashboards } = services;
  const folders = new Set([target, ...selected].flatMap((one) => runFolderOf(one) ?? []));
  const given = [...folders].map((folder) => knownRun(store, folder));
  for (const run of given) requireCurve(run);
  const chosen = given.length > 1 ? given : await choose(services, given);
  if (!chosen) return;
  // A search and its best trial are one.
  const runs = new Set<StoredRun>();
  for (const run of chosen) runs.add(run.record.group ? await bestTrial(store, run) : run);
  if (runs.size < 2 || runs.size > mostRuns) {
    throw new HumanError(`${countOf(runs.size, 'run')} can't be compared.`, {
      hint: `Choose 2 to ${mostRuns} runs.`,
    });
  }
  dashboards.openComparison([...runs].map(({ folder }) => folder));
}

/** @throws HumanError where it stands for folds or seeds, none of which can stand for all */
function requireCurve({ name, record }: StoredRun): void {
  if (!record.group || !isAveraged(record)) return;
  const noun = trialNouns[record.group.kind];
  throw new HumanError(`${name} has no curve of its own to compare: it is the mean of its ${noun}s.`, {
    hint: `Open it in the runs view, and choose some of its ${noun}s.`,
  });
}

/** @throws HumanError where no trial has a result yet */
async function bestTrial(store: RunStore, search: StoredRun): Promise<StoredRun> {
  const state = await readGroup(store, search);
  const valued = new Set(state?.trials.flatMap(({ id, value }) => (value === null ? [] : id)));
  const trials = store.trialsOf(search.folder).filter(({ id }) => valued.has(id));
  const [best] = bestFirst(state, trials);
  if (best) return best;
  throw new HumanError(`${search.name} has no trial with a result to compare.`, {
    hint: 'Choose another run, or wait for its first trial.',
  });
}

async function choose({ store }: Services, given: readonly StoredRun[]): Promise<StoredRun[] | undefined> {
  const [first] = given;
  const others = store.runs.filter(({ folder, record }) => folder !== first?.folder && !isAveraged(record));
  if (others.length + given.length < 2) {
    throw new HumanError('There are no two runs to compare.', {
      hint: 'Train another one to compare it with.',
    });
  }
  // The likeliest to be compared with: those of the same experiment.
  const isSibling = ({ record }: StoredRun) => record.experimentFile === first?.record.experimentFile;
  const sorted = [...others.filter(isSibling), ...others.filter((run) => !isSibling(run))];
  const picked = await vscode.window.showQuickPick(runItems(sorted, store), {
    title: first ? `Compare ${first.name} with …` : 'Compare Runs',
    placeHolder: first ? `Choose 1 to ${mostRuns - 1} runs` : `Choose 2 to ${mostRuns} runs`,
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked || picked.length === 0) return undefined;
  return [...given, ...picked.flatMap(({ run }) => run ?? [])];
}
