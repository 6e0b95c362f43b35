import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { type RunTarget, runFolderOf } from './commands';
import { knownRun, runItems } from './pick';
import type { StoredRun } from './run-store';
import type { Services } from './services';

/** More curves than this can't be told apart. */
const mostRuns = 6;

/** Opens one dashboard of several runs: those selected, otherwise those that the person adds to the one given. */
export async function compareRuns(
  services: Services,
  target: RunTarget | undefined,
  selected: readonly RunTarget[] = [],
): Promise<void> {
  const { store, dashboards } = services;
  const folders = new Set([target, ...selected].flatMap((one) => runFolderOf(one) ?? []));
  const given = [...folders].map((folder) => knownRun(store, folder));
  const runs = given.length > 1 ? given : await choose(services, given);
  if (!runs) return;
  if (runs.length < 2 || runs.length > mostRuns) {
    throw new HumanError(`${runs.length} runs can't be compared.`, { hint: `Choose 2 to ${mostRuns} runs.` });
  }
  dashboards.openComparison(runs.map(({ folder }) => folder));
}

async function choose({ store }: Services, given: readonly StoredRun[]): Promise<StoredRun[] | undefined> {
  const [first] = given;
  const others = store.runs.filter(({ folder }) => folder !== first?.folder);
  if (others.length + given.length < 2) {
    throw new HumanError('There is only one run.', { hint: 'Train another one to compare it with.' });
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
