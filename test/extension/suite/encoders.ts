/** Completion of a pretrained encoder: those of the Hub by name, those of the workspace by their folder. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeEditors, openFile, until, writeFile } from '../support';

describe('the encoder of an experiment', () => {
  afterEach(closeEditors);

  it('is completed to popular ones and to folders that hold one', async () => {
    await writeFile('encoders/small-bert/config.json', '{ "model_type": "bert" }');
    await writeFile('encoders/small-bert/model.safetensors', '');
    await writeFile('encoders/weights-alone/model.safetensors', '');
    const text = '{ "data": { "train": "a.csv" }, "model": { "type": "pretrained", "encoder": "" } }';
    const { uri } = await openFile('encoders/encoder.textclf.json', text);
    const at = new vscode.Position(0, text.indexOf('""') + 1);
    let found: string[] = [];
    await until(
      () => `a folder and names, not ${found.join(', ')}`,
      async () => {
        const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          uri,
          at,
        );
        found = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
        return found.includes('"./small-bert"') && found.includes('"distilbert-base-uncased"');
      },
    );
    assert.ok(!found.some((label) => label.includes('weights-alone')), found.join(', '));
  });
});
