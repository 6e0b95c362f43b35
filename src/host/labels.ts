import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { keepLabel } from '../runs/kept-labels';
import { runPaths } from '../runs/paths';
import { registerCommand } from './commands';
import type { LabelDoubts } from './label-doubts';
import { loadExperimentTools } from './load-experiment-tools';
import type { Services } from './services';

/** The rows that runs take for mislabelled, in the Problems panel, and what can be done about them. */
export function registerLabels(services: Services): vscode.Disposable {
  const { store, report } = services;
  const parts: vscode.Disposable[] = [];
  let doubts: LabelDoubts | undefined;
  const begin = async () => {
    // Who has no run that judged labels does not wait for what shows them.
    if (!store.runs.some(({ folder }) => existsSync(runPaths(folder).labelIssues))) return;
    waiting.dispose();
    const { LabelDoubts, registerLabelFixes } = await loadExperimentTools();
    if (isDisposed) return;
    doubts = new LabelDoubts(services);
    parts.push(doubts, registerLabelFixes(doubts));
  };
  let isDisposed = false;
  const waiting = store.onDidChange(() => {
    begin().catch((error: unknown) => void report.error(error));
  });
  return vscode.Disposable.from(
    waiting,
    registerCommand(report, 'textclf.keepLabel', ({ root, key }) => {
      keepLabel(root, key);
      doubts?.update();
    }),
    {
      dispose() {
        isDisposed = true;
        for (const part of parts) part.dispose();
      },
    },
  );
}
