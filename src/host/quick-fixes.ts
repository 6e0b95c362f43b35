import * as vscode from 'vscode';
import type { ExperimentFix, ExperimentProblem } from '../protocol/helper';
import { commandLink } from './commands';
import type { ExperimentChecks } from './experiment-checks';
import { workspaceEdit } from './experiment-edit';
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
          .flatMap(({ problem, diagnostic }) => [
            ...problem.fixes.map((fix, i) => actionFor(document, diagnostic, fix, i === 0)),
            ...(isAboutRows(problem) ? [inspectAction(document, diagnostic)] : []),
          ]),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

/** What a page that lists the rows helps with: errors are told one by one in the data file. */
function isAboutRows({ path, severity }: ExperimentProblem): boolean {
  return path[0] === 'data' && severity === 'warning';
}

function inspectAction(document: vscode.TextDocument, diagnostic: vscode.Diagnostic): vscode.CodeAction {
  const title = 'Inspect the data';
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = commandLink('textclf.inspectData', title, document.uri);
  action.diagnostics = [diagnostic];
  return action;
}

function actionFor(
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
  { title, edits }: ExperimentFix,
  isPreferred: boolean,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = workspaceEdit(document, edits);
  action.diagnostics = [diagnostic];
  action.isPreferred = isPreferred;
  return action;
}
