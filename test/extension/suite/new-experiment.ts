/** An experiment made from a data file, by whoever presses Enter at every question; and the example. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeEditors, settledDiagnostics, until, workspaceFile, writeFile } from '../support';

/** Takes what is proposed at every question until a command is done. */
async function acceptAll(done: Thenable<unknown>): Promise<void> {
  let isDone = false;
  void Promise.resolve(done).finally(() => {
    isDone = true;
  });
  await until('the end of the questions', async () => {
    if (isDone) return true;
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await setTimeout(50);
    return false;
  });
}

describe('a new experiment', () => {
  afterEach(closeEditors);

  it('has the columns that were guessed, and no problems', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i},Film ${i} was "fine",${i % 2 ? 'good' : 'bad'}`);
    const data = await writeFile(
      'n/films.jsonl',
      rows
        .map((row) => {
          const [id, review, mood] = row.split(',');
          return `${JSON.stringify({ id, review, mood })}\n`;
        })
        .join(''),
    );
    await acceptAll(vscode.commands.executeCommand('textclf.newExperiment', data));

    const file = workspaceFile('films.textclf.json');
    const editor = vscode.window.activeTextEditor!;
    assert.equal(editor.document.uri.toString(), file.toString());
    assert.equal(editor.document.getText(editor.selection), 'films');
    const text = editor.document.getText();
    for (const line of [
      '"train": "n/films.jsonl"',
      '"text": "review"',
      '"label": "mood"',
      '"type": "baseline"',
    ]) {
      assert.ok(text.includes(line), `${line} is not in\n${text}`);
    }
    await settledDiagnostics(file, 0);

    // A second one gets a name of its own.
    await acceptAll(vscode.commands.executeCommand('textclf.newExperiment', data));
    assert.match(vscode.window.activeTextEditor!.document.uri.path, /\/films-2\.textclf\.json$/);
  });
});

describe('the example', () => {
  afterEach(closeEditors);

  it('comes with the extension, complete and without problems', async () => {
    const extension = vscode.extensions.all.find(({ packageJSON }) => packageJSON.name === 'textclf')!;
    const example = vscode.Uri.joinPath(extension.extensionUri, 'dist/example');
    const target = workspaceFile('e');
    await vscode.workspace.fs.copy(example, target);
    const file = vscode.Uri.joinPath(target, 'spam.textclf.json');
    await vscode.commands.executeCommand('vscode.open', file);
    const marked = () => vscode.languages.getDiagnostics(file);
    // The check has read the data: a mistake of the data is found, and gone when it is mended.
    const document = await vscode.workspace.openTextDocument(file);
    const label = document.getText().indexOf('"label": "label"') + '"label": "'.length;
    const range = new vscode.Range(document.positionAt(label), document.positionAt(label + 'label'.length));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(file, range, 'lable');
    await vscode.workspace.applyEdit(edit);
    await until('the wrong column', () => marked().length === 1);
    await vscode.commands.executeCommand('undo');
    await until('no problems', () => marked().length === 0);
  });
});
