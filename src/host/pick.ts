import { basename } from 'node:path';
import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { savedModel } from '../runs/paths';
import { byExperiment } from './by-experiment';
import { type ExperimentTarget, experimentOf, type RunTarget, runFolderOf } from './commands';
import { progressOf, resultText } from './group-text';
import { isLive } from './is-live';
import { ageText, withoutIcons } from './plain-text';
import type { RunStore, StoredRun } from './run-store';
import type { Services } from './services';

export interface RunQuestion {
  /** What the run is wanted for: "Rename Run". */
  title: string;
  /** What to choose from; by default, the runs of the workspace. */
  runs?: readonly StoredRun[];
  /** Which of them can be meant; all by default. */
  filter?: (run: StoredRun) => boolean;
  /** What to say where there is no such run. */
  none?: string;
  /** What to say of each, where it is something else than its result. */
  describe?: (run: StoredRun) => Promise<string[]>;
}

/**
 * The run that a person means. An argument says it: a run's folder, or an experiment, whose newest run counts.
 * Without one the only run there is is taken, otherwise the person is asked (undefined: not answered).
 *
 * @throws HumanError where there is no such run
 */
export async function pickRun(
  { store }: Pick<Services, 'store'>,
  target: RunTarget | ExperimentTarget | undefined,
  question: RunQuestion,
): Promise<StoredRun | undefined> {
  const { title, runs: all = store.runs, filter = () => true, none = 'There are no runs yet.' } = question;
  const folder = runFolderOf(target);
  if (folder !== undefined) return knownRun(store, folder);
  const experiment = experimentOf(target);
  const runs = (experiment ? store.runsOf(experiment) : all).filter(filter);
  if (runs.length === 0) {
    throw new HumanError(experiment ? `${basename(experiment.fsPath)} has no such run yet.` : none, {
      hint: 'Train an experiment first.',
    });
  }
  if (experiment || runs.length === 1) return runs[0];
  const picked = await vscode.window.showQuickPick(describedItems(runs, store, question), {
    title,
    placeHolder: 'Which run?',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.run;
}

/**
 * The run with a model that a person means, and the folder of the model.
 *
 * @throws HumanError where there is none
 */
export async function pickModelRun(
  services: Pick<Services, 'store'>,
  target: RunTarget | undefined,
  title: string,
): Promise<{ run: StoredRun; model: string } | undefined> {
  const run = await pickRun(services, target, {
    title,
    filter: ({ hasModel }) => hasModel,
    none: 'There is no run with a model yet.',
  });
  if (!run) return undefined;
  const model = savedModel(run.folder);
  if (!model) throw new HumanError(`${run.name} has no model.`);
  return { run, model };
}

async function describedItems(
  runs: readonly StoredRun[],
  store: RunStore,
  { describe }: RunQuestion,
): Promise<RunItem[]> {
  const items = runItems(runs, store);
  if (!describe) return items;
  for (const item of items) {
    const facts = item.run ? await describe(item.run) : [];
    if (facts.length > 0) item.description = withoutIcons(facts.join(' · '));
  }
  return items;
}

/** @throws HumanError where the run was deleted meanwhile */
export function knownRun(store: RunStore, folder: string): StoredRun {
  // Its folder may be newer than the last look at the disk.
  if (!store.find(folder)) store.refresh();
  const run = store.find(folder);
  if (run) return run;
  throw new HumanError(`The run ${basename(folder)} is gone.`, { hint: 'Its folder was deleted or moved.' });
}

export type RunItem = vscode.QuickPickItem & { run?: StoredRun };

/** Entries of a quick pick, under their experiments; those of the file in front come first. */
export function runItems(runs: readonly StoredRun[], store: RunStore): RunItem[] {
  const byFile = byExperiment(runs);
  const active = activeExperiment()?.fsPath;
  const files = [...byFile.keys()].sort((a, b) => Number(b === active) - Number(a === active));
  return files.flatMap((file) => [
    { label: basename(file), kind: vscode.QuickPickItemKind.Separator },
    ...byFile.get(file)!.map((run) => runItem(run, store)),
  ]);
}

function runItem(run: StoredRun, store: RunStore): RunItem {
  const state = isLive(run) ? progressOf(store, run) : run.status;
  const facts = [resultText(store, run) || state, ageText(run.record.startedAt)];
  return {
    label: `${run.starred ? '$(star-full) ' : ''}${withoutIcons(run.name)}`,
    description: withoutIcons(facts.join(' · ')),
    detail: withoutIcons([run.id, firstLine(run.note)].filter(Boolean).join(' · ')),
    run,
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/**
 * The experiment file that a person means: the argument, the one in front, or the one chosen from those of the
 * workspace (undefined: not answered).
 *
 * @throws HumanError where the workspace has none
 */
export async function pickExperiment(
  { store }: Pick<Services, 'store'>,
  target: RunTarget | ExperimentTarget | undefined,
  title = 'Choose Experiment',
): Promise<vscode.Uri | undefined> {
  const folder = runFolderOf(target);
  if (folder !== undefined) return vscode.Uri.file(knownRun(store, folder).record.experimentFile);
  const given = experimentOf(target) ?? activeExperiment();
  if (given) return given;
  const files = await vscode.workspace.findFiles('**/*.textclf.json', '**/node_modules/**');
  if (files.length === 0) {
    throw new HumanError('There is no experiment file in this workspace.', {
      hint: 'Create one with the command "TextClf: New Experiment…".',
    });
  }
  if (files.length === 1) return files[0];
  const items = files
    .map((uri) => ({ label: withoutIcons(vscode.workspace.asRelativePath(uri)), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which experiment?' });
  return picked?.uri;
}

/** The experiment file in the editor that was used last. */
export function activeExperiment(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' && uri.path.endsWith('.textclf.json') ? uri : undefined;
}
