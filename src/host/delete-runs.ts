import { basename, resolve } from 'node:path';
import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { HumanError } from '../protocol/human-error';
import { removeRuns } from '../runs/list';
import { type RunTarget, runCommand, runFolderOf } from './commands';
import { resultText } from './group-text';
import { isLive } from './is-live';
import { pickRun } from './pick';
import { ageText } from './plain-text';
import type { RunStore, StoredRun } from './run-store';
import { trialNouns } from './run-text';
import type { Services } from './services';

/** More names than this are counted. */
const namesShown = 10;

/** Deletes runs after a question, groups with all of their runs; where one of them is in training, nothing. */
export async function deleteRuns(
  services: Services,
  target: RunTarget | undefined,
  selected: readonly RunTarget[] = [],
): Promise<void> {
  const { store, report } = services;
  // Experiments that are selected along with runs are not meant.
  let folders = [...selected, target].flatMap((one) => runFolderOf(one) ?? []);
  if (folders.length === 0) {
    const question = { title: 'Delete Run', filter: (run: StoredRun) => !isLive(run) };
    const run = await pickRun(services, undefined, question);
    if (!run) return;
    folders = [run.folder];
  }
  folders = [...new Set(folders)];

  const trials = folders.flatMap((folder) => store.trialsOf(folder));
  const all = new Set([...folders, ...trials.map(({ folder }) => folder)]);
  // Of a group in training, the one that stands for it is what is stopped.
  const live = store.all.filter(
    (run) => isLive(run) && all.has(run.folder) && !all.has(store.groupOf(run)?.folder ?? ''),
  );
  if (live.length > 0) {
    const names = live.map(({ name }) => name).join(', ');
    const error = new HumanError(`A run in training can't be deleted: ${names}.`, { hint: 'Stop it first.' });
    const stop = () => Promise.all(live.map(({ folder }) => runCommand('textclf.stop', folder)));
    return report.error(error, [{ title: 'Stop Training', run: stop }]);
  }

  const described = folders.map((folder) => {
    const run = store.find(folder);
    return run ? describe(run, store) : basename(folder);
  });
  if (!(await confirm(described, all.size))) return;
  try {
    for (const [root, ids] of byRoot(folders)) removeRuns(root, ids);
  } finally {
    store.refresh();
  }
}

/** Runs of one experiment have the same name unless somebody renamed them. */
function describe(run: StoredRun, store: RunStore): string {
  const { folder, name, record, status, starred, note } = run;
  const { group } = record;
  const trials = group && `with its ${countOf(store.trialsOf(folder).length, trialNouns[group.kind])}`;
  const marks = [trials, starred ? 'starred' : '', note ? 'with a note' : ''];
  const facts = [resultText(store, run) || status, ageText(record.startedAt), ...marks];
  return `${name} (${facts.filter(Boolean).join(', ')})`;
}

/** @param count how many folders that makes, the runs of groups too */
async function confirm(runs: readonly string[], count: number): Promise<boolean> {
  const question = count === 1 ? 'Delete this run?' : `Delete ${countOf(count, 'run')}?`;
  const more = runs.length - namesShown;
  const list = [...runs.slice(0, namesShown), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
  const detail = `${list}\n\nModels and results are deleted with the folders. This cannot be undone.`;
  const button = 'Delete';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

/** A run's folder is `<root>/.textclf/runs/<id>`. */
function byRoot(folders: readonly string[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const folder of folders) {
    const root = resolve(folder, '../../..');
    ids.set(root, [...(ids.get(root) ?? []), basename(folder)]);
  }
  return ids;
}
