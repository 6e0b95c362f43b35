import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { registerCommand, runCommand } from './commands';
import { isContinuable } from './is-continuable';
import { pickRun } from './pick';
import type { Action } from './report';
import type { StoredRun } from './run-store';
import type { Services } from './services';
import { requireTrust } from './trust';

/** "Continue on CPU": a new run that begins with the model of the best epoch of one that its device has ended. */
export function registerContinueOnCpu(services: Services): vscode.Disposable {
  const { report, trainings } = services;
  return registerCommand(report, 'textclf.continueOnCpu', async (target) => {
    requireTrust('trained');
    const run = await pickRun(services, target, {
      title: 'Continue on CPU',
      runs: services.store.all,
      filter: isContinuable,
      none: 'No run was ended by its device.',
    });
    if (!run) return;
    if (!isContinuable(run)) throw new HumanError(`${run.name} was not ended by its device.`);
    const { experimentFile } = run.record;
    if (!existsSync(experimentFile)) {
      throw new HumanError('The experiment file was deleted or moved.', { place: { file: experimentFile } });
    }
    trainings.enqueue({
      experimentFile: vscode.Uri.file(experimentFile),
      isBaseline: false,
      continues: run.folder,
    });
  });
}

/** What the notification of such a run's end offers first. */
export function continueAction({ folder }: StoredRun): Action {
  return { title: 'Continue on CPU', run: () => runCommand('textclf.continueOnCpu', folder) };
}
