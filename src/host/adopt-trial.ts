import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { type RunTarget, registerCommand } from './commands';
import { editExperiment } from './experiment-edit';
import { GroupStates, readGroup } from './group-states';
import { trialFacts, trialIn } from './group-text';
import { loadExperimentTools } from './load-experiment-tools';
import { pickRun } from './pick';
import type { RunStore, StoredRun } from './run-store';
import type { Services } from './services';

/** "Make This the Experiment": writes the settings of a search's trial into the experiment file, which undo takes back. */
export function registerAdoptTrial(services: Services): vscode.Disposable {
  const { report, store } = services;
  return registerCommand(report, 'textclf.adoptTrial', async (target?: RunTarget) => {
    const groups = new GroupStates(store);
    const trial = await pickRun(services, target, {
      title: 'Make This the Experiment',
      runs: store.all.filter((run) => isAdoptable(store, run)),
      none: 'There is no search with a trial yet.',
      describe: async (run) => {
        const group = store.groupOf(run);
        const told = group && trialIn(await groups.read(group), run);
        return told ? trialFacts(told) : [];
      },
    });
    if (trial) await adopt(store, trial);
  });
}

/**
 * Whether a run is one of a search, and its settings can be trained: what others of a group have for settings is a
 * seed or a fold.
 */
export function isAdoptable(store: RunStore, run: StoredRun): boolean {
  return run.status !== 'failed' && store.groupOf(run)?.record.group?.kind === 'search';
}

async function adopt(store: RunStore, trial: StoredRun): Promise<void> {
  const settings = await settingsOf(store, trial);
  const { experimentFile } = trial.record;
  if (!existsSync(experimentFile)) {
    throw new HumanError('The experiment file was deleted or moved.', { place: { file: experimentFile } });
  }
  const { adoptSettings } = await loadExperimentTools();
  await editExperiment(
    vscode.Uri.file(experimentFile),
    async (text) => adoptSettings(text, experimentFile, settings).edits,
    (isChanged) =>
      isChanged
        ? `the experiment has the settings of ${trial.name} now; undo takes them back`
        : `the experiment has the settings of ${trial.name} already`,
  );
}

/** @throws HumanError where the search does not tell them (any more) */
async function settingsOf(store: RunStore, trial: StoredRun): Promise<Record<string, unknown>> {
  const group = store.groupOf(trial);
  const state = group && (await readGroup(store, group));
  const told = state?.trials.find(({ id }) => id === trial.id);
  if (told) return told.settings;
  throw new HumanError(`${trial.name} is not part of a search any more.`, {
    hint: 'Its settings are still in its run: "Compare Experiment as It Was with Now".',
  });
}
