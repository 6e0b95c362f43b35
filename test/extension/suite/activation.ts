/** The extension comes up, and what it announces in package.json is there. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

describe('activation', () => {
  const extension = vscode.extensions.all.find(({ packageJSON }) => packageJSON.name === 'textclf');

  it('happens when an experiment is opened', async () => {
    const [file] = await vscode.workspace.findFiles('toy.textclf.json');
    await vscode.window.showTextDocument(file!);
    await extension!.activate();
    assert.ok(extension!.isActive);
  });

  it('provides every command that package.json names', async () => {
    const announced: { command: string }[] = extension!.packageJSON.contributes.commands;
    const there = new Set(await vscode.commands.getCommands());
    assert.deepEqual(
      announced.map(({ command }) => command).filter((command) => !there.has(command)),
      [],
    );
  });
});
