import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { HumanError } from '../protocol/human-error';
import { mayDownload } from './ask-download';
import { type ExperimentTarget, registerCommand } from './commands';
import type { ExperimentChecks } from './experiment-checks';
import { openDocument } from './experiment-file';
import { loadExperimentTools } from './load-experiment-tools';
import { pickExperiment } from './pick';
import { withoutLinks } from './plain-text';
import type { Services } from './services';
import { requireTrust } from './trust';

/** Training does not wait longer than this for the check of a large data file (milliseconds). */
const checkPatience = 2_000;

/** Trains an experiment, or takes a training that waits back. */
export function registerTrainCommands(services: Services, checks: ExperimentChecks): vscode.Disposable {
  const { report, trainings } = services;
  /** Experiments whose errors are just being looked for: a second click means nothing more. */
  const asked = new Set<string>();
  const train = async (title: string, target: ExperimentTarget | undefined, wantsBaseline: boolean) => {
    requireTrust('trained');
    const experimentFile = await pickExperiment(services, target, title);
    if (!experimentFile) return;
    requireDisk(experimentFile);
    if (asked.has(experimentFile.fsPath)) return;
    asked.add(experimentFile.fsPath);
    try {
      if (!(await save(experimentFile)) || !(await isMeant(experimentFile, checks))) return;
      // One that is a baseline itself is trained as it is written.
      const isBaseline = wantsBaseline && !(await isOwnBaseline(experimentFile));
      if (!(await mayDownload(experimentFile, isBaseline))) return;
      trainings.enqueue({ experimentFile, isBaseline });
    } finally {
      asked.delete(experimentFile.fsPath);
    }
  };
  return vscode.Disposable.from(
    registerCommand(report, 'textclf.train', (target) => train('Train', target, false)),
    registerCommand(report, 'textclf.trainBaseline', (target) => train('Train Baseline', target, true)),
    registerCommand(report, 'textclf.cancelQueued', ({ training, place }) => {
      if (trainings.cancel(training, place)) return;
      const { experimentFile, isBaseline } = training;
      const name = `${isBaseline ? 'The baseline of ' : ''}${basename(experimentFile.fsPath)}`;
      throw new HumanError(`${name} does not wait for training any more.`);
    }),
  );
}

/** @throws HumanError where another process could not read the file */
function requireDisk({ scheme, path }: vscode.Uri): void {
  if (scheme === 'file') return;
  throw new HumanError(`${basename(path)} is not on a disk of this machine.`, {
    hint: 'Save it, and its data, into a folder first.',
  });
}

/** The training process reads the file, so what is in the editor has to be in it. False where that failed. */
async function save(experiment: vscode.Uri): Promise<boolean> {
  const document = openDocument(experiment);
  return !document?.isDirty || document.save();
}

/** Whether an experiment with errors is to be trained all the same: the judge is the training process. */
async function isMeant(experiment: vscode.Uri, checks: ExperimentChecks): Promise<boolean> {
  const errors = await countErrors(experiment, checks);
  if (errors === 0) return true;
  const train = 'Train Anyway';
  const show = 'Show Problems';
  const question = `${basename(experiment.fsPath)} has ${countOf(errors, 'problem')}.`;
  const answer = await vscode.window.showWarningMessage(withoutLinks(question), show, train);
  if (answer === show) {
    await vscode.window.showTextDocument(experiment);
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  }
  return answer === train;
}

async function isOwnBaseline(experimentFile: vscode.Uri): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(experimentFile);
  const { parseExperiment } = await loadExperimentTools();
  const { experiment } = parseExperiment(document.getText(), experimentFile.fsPath);
  return experiment?.model.type === 'baseline';
}

async function countErrors(experiment: vscode.Uri, checks: ExperimentChecks): Promise<number> {
  const document = await vscode.workspace.openTextDocument(experiment);
  await Promise.race([checks.settled(document), setTimeout(checkPatience)]);
  const shown = vscode.languages
    .getDiagnostics(experiment)
    .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
  // VS Code's own JSON support takes a key that stands twice for a warning.
  const { parseExperiment } = await loadExperimentTools();
  const { problems } = parseExperiment(document.getText(), experiment.fsPath);
  return Math.max(shown.length, problems.filter(({ severity }) => severity === 'error').length);
}
