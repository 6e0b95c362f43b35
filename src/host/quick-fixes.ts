import * as vscode from 'vscode';
import type { ExperimentFix } from '../protocol/helper';
import type { ExperimentChecks } from './experiment-checks';
import { experimentFiles } from './experiment-file';

/** Offers what mends the problems of an experiment file. */
export function registerQuickFixes(checks: ExperimentChecks): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    experimentFiles,
    {
      // Fixes are edits of the very text that was checked: problems of an older one have none.
      provideCodeActions: (document, range) =>
        checks
          .problemsOf(document)
          .filter(({ diagnostic }) => diagnostic.range.intersection(range))
          .flatMap(({ problem, diagnostic }) =>
            problem.fixes.map((fix, i) => actionFor(document, diagnostic, fix, i === 0)),
          ),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function actionFor(
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
  { title, edits }: ExperimentFix,
  isPreferred: boolean,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, text } of edits) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, text);
  }
  action.edit = edit;
  action.diagnostics = [diagnostic];
  action.isPreferred = isPreferred;
  return action;
}
