import * as vscode from 'vscode';
import { registerCodeLenses } from './code-lenses';
import { registerEncoderCompletions } from './encoder-completions';
import { ExperimentChecks } from './experiment-checks';
import { registerQuickFixes } from './quick-fixes';
import { RunEndings } from './run-endings';
import type { Services } from './services';
import { registerTrainCommands } from './train-command';

/** The experiment file in the editor: what is wrong in it and how to mend that, and Train above it. */
export function registerExperimentEditor(services: Services): vscode.Disposable {
  const checks = new ExperimentChecks(services);
  const endings = new RunEndings(services);
  return vscode.Disposable.from(
    checks,
    endings,
    // What it has downloaded is there now.
    endings.onDidEnd(() => checks.lookAgain()),
    registerQuickFixes(checks),
    registerCodeLenses(services),
    registerEncoderCompletions(),
    registerTrainCommands(services, checks),
  );
}
