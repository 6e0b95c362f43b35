import * as vscode from 'vscode';
import { keepLabel } from '../runs/kept-labels';
import { registerCommand } from './commands';
import type { LabelDoubts } from './label-doubts';
import type { Services } from './services';

/** The rows that runs take for mislabelled, in the Problems panel, and what can be done about them. */
export function registerLabels(services: Services): vscode.Disposable {
  const parts: vscode.Disposable[] = [];
  let doubts: LabelDoubts | undefined;
  let isDisposed = false;
  const begin = async () => {
    await services.store.ready;
    // Whoever has no runs yet does not wait for it.
    const [{ LabelDoubts }, { registerLabelFixes }] = await Promise.all([
      import('./label-doubts'),
      import('./label-fixes'),
    ]);
    if (isDisposed) return;
    doubts = new LabelDoubts(services);
    parts.push(doubts, registerLabelFixes(doubts));
  };
  begin().catch((error: unknown) => void services.report.error(error));
  return vscode.Disposable.from(
    registerCommand(services.report, 'textclf.keepLabel', ({ root, key }) => {
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
