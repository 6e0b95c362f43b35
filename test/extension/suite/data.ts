/** What is wrong with rows leads from an experiment to the page about its data. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeEditors, openFile, until, writeFile } from '../support';

const rows = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0
    ? `film ${i} was a great one from beginning to end,good`
    : `film ${i} was a boring one from beginning to end,bad`,
).join('\n');

describe('data', () => {
  afterEach(closeEditors);

  it('that a test is also trained on offers a look at it', async () => {
    await writeFile('i/rows.csv', `text,label\n${rows}\n`);
    await writeFile('i/test.csv', `text,label\n${rows.split('\n').slice(0, 9).join('\n')}\n`);
    const document = await openFile(
      'i/leaky.textclf.json',
      '{\n  "data": { "train": "rows.csv", "test": "test.csv" },\n  "model": { "type": "baseline" }\n}\n',
    );
    const command = await until('a quick fix that inspects the data', async () => {
      const [diagnostic] = vscode.languages.getDiagnostics(document.uri);
      if (!diagnostic) return undefined;
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        diagnostic.range,
        vscode.CodeActionKind.QuickFix.value,
      );
      return actions.find(({ title }) => title === 'Inspect the data')?.command;
    });
    await vscode.commands.executeCommand(command.command, ...command.arguments!);
    await until('the page', () => tabLabels().includes('Data: leaky'));
  });

  it('of a file that is not on a disk are not looked at', async () => {
    const before = tabLabels();
    const uri = vscode.Uri.from({ scheme: 'untitled', path: '/nowhere.csv' });
    // What is wrong is told in a notification, which nobody waits for.
    await vscode.commands.executeCommand('textclf.inspectData', uri);
    assert.deepEqual(tabLabels(), before);
  });
});

function tabLabels(): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
}
