import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { issueKey } from '../runs/label-issues';
import { commandLink } from './commands';
import type { Doubt } from './doubted-rows';
import { type LabelDoubts, labelNames, type ShownDoubt } from './label-doubts';
import { withoutIcons } from './plain-text';

/** Offers another label for a row that looks mislabelled, and to leave it as it is. */
export function registerLabelFixes(doubts: LabelDoubts): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { pattern: '**' },
    {
      provideCodeActions: (document, range) =>
        doubts
          .of(document)
          .filter(({ diagnostic }) => diagnostic.range.intersection(range))
          .flatMap((shown) => [...relabelActions(document, shown), keepAction(shown)]),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function relabelActions(
  document: vscode.TextDocument,
  { doubt, diagnostic, row }: ShownDoubt,
): vscode.CodeAction[] {
  const edit = doubt.format === 'folder' ? moveTo(doubt) : row && relabelIn(document, row.record, doubt);
  if (!edit) return [];
  const action = new vscode.CodeAction(
    withoutIcons(`Relabel as ${labelNames(doubt.suggested)}`),
    vscode.CodeActionKind.QuickFix,
  );
  action.diagnostics = [diagnostic];
  action.isPreferred = true;
  if ('reason' in edit) action.disabled = { reason: withoutIcons(edit.reason) };
  else action.edit = edit;
  return [action];
}

function relabelIn(
  document: vscode.TextDocument,
  record: NonNullable<ShownDoubt['row']>['record'],
  { suggested }: Doubt,
): vscode.WorkspaceEdit | { reason: string } {
  const edits = record.relabel(suggested);
  if ('reason' in edits) return edits;
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of edits) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  return edit;
}

/** Where each class is a folder, another label is another folder. */
function moveTo({ path, suggested: [label] }: Doubt): vscode.WorkspaceEdit | { reason: string } {
  // A run's folder may come from anywhere: what it suggests leads nowhere else.
  const isName = label !== undefined && basename(label) === label && !['', '.', '..'].includes(label);
  const folder = join(dirname(dirname(path)), isName ? label : '');
  if (!isName || !existsSync(folder)) return { reason: `there is no folder ${label ?? ''} beside this one` };
  const edit = new vscode.WorkspaceEdit();
  edit.renameFile(vscode.Uri.file(path), vscode.Uri.file(freePath(folder, basename(path))));
  return edit;
}

/** A name that no other file of the folder has. */
function freePath(folder: string, name: string): string {
  const extension = extname(name);
  const stem = basename(name, extension);
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${stem}-${number}${extension}`);
    if (!existsSync(path)) return path;
  }
}

function keepAction({ doubt, diagnostic }: ShownDoubt): vscode.CodeAction {
  const title = withoutIcons(`Keep the label ${labelNames(doubt.labels)}`);
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = commandLink('textclf.keepLabel', title, { root: doubt.run.root, key: issueKey(doubt) });
  action.diagnostics = [diagnostic];
  return action;
}
