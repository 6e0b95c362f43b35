import * as vscode from 'vscode';
import { registerCommand } from './commands';
import type { InlinePredictions, Passage } from './inline-predictions';
import { currentRun } from './predict-model';
import type { Services } from './services';
import { trimmed } from './stretch';
import { requireTrust } from './trust';

/** How long a hint stands in the status bar (milliseconds). */
const hintTime = 4_000;

/** Classifies what is selected; where nothing is, the line at the cursor. */
export function registerPredictSelection(services: Services, inline: InlinePredictions): vscode.Disposable {
  return registerCommand(services.report, 'textclf.predictSelection', async () => {
    requireTrust('predicted');
    const editor = vscode.window.activeTextEditor;
    const passages = editor ? passagesOf(editor.document, editor.selections) : [];
    if (!editor || passages.length === 0) {
      const hint = editor ? 'there is no text at the cursor' : 'open a text first';
      vscode.window.setStatusBarMessage(`TextClf: ${hint}`, hintTime);
      return;
    }
    const run = currentRun(services);
    if (run) await inline.predict(editor.document, passages, run);
  });
}

/** Each text once, without the blanks around it. */
function passagesOf(document: vscode.TextDocument, selections: readonly vscode.Selection[]): Passage[] {
  const passages = new Map<string, Passage>();
  for (const selection of selections) {
    const range = selection.isEmpty ? document.lineAt(selection.active).range : selection;
    const whole = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    const text = document.getText(range);
    const stretch = trimmed(whole, text);
    if (stretch) passages.set(`${stretch.start} ${stretch.end}`, { ...stretch, text: text.trim() });
  }
  return [...passages.values()];
}
