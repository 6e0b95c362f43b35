import { basename } from 'node:path';
import type * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { savedModel } from '../runs/paths';
import { runCommand } from './commands';
import type { StoredRun } from './run-store';
import { accuracyText } from './run-text';
import type { Services } from './services';

/** @throws HumanError where the run has no model (any more) */
export function modelOf(run: StoredRun): { folder: string; name: string } {
  const folder = savedModel(run.folder);
  if (folder === undefined) {
    throw new HumanError(`The run ${run.name} has no model.`, {
      hint: 'Choose another one, or train again.',
    });
  }
  const accuracy = accuracyText(run.record);
  return { folder, name: accuracy ? `${run.name} (${accuracy})` : run.name };
}

/** The run whose model predicts where nothing else is said; without any, the person is told to train. */
export function currentRun({ model, report }: Pick<Services, 'model' | 'report'>): StoredRun | undefined {
  if (!model.run) askToTrain({ report }, 'There is no trained model yet.');
  return model.run;
}

/** The best run of an experiment; without any, the person is told to train it. */
export function bestRunOf(
  { store, report }: Pick<Services, 'store' | 'report'>,
  experiment: vscode.Uri,
): StoredRun | undefined {
  const run = store.best(store.runsOf(experiment));
  if (!run) askToTrain({ report }, `${basename(experiment.fsPath)} has no trained model yet.`, experiment);
  return run;
}

function askToTrain({ report }: Pick<Services, 'report'>, message: string, experiment?: vscode.Uri): void {
  const train = () => runCommand('textclf.train', experiment);
  void report.error(new HumanError(message, { hint: 'Train first.' }), [{ title: 'Train', run: train }]);
}
