/** Predictions of large selections and of files, and how long they take and hold the extension host up. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { listRuns } from '../../../src/runs/list';

const experiment = {
  data: { train: 'train.csv' },
  model: { type: 'gru', embedding: { size: 8 }, hiddenSize: 8 },
  training: { epochs: 8, batchSize: 8, optimizer: { type: 'adam', learningRate: 0.05 } },
};

describe('predictions', () => {
  const root = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
  const fileOf = (name: string) => join(root, name);
  const written: string[] = [];
  const write = (name: string, content: string) => {
    writeFileSync(fileOf(name), content);
    written.push(fileOf(name));
    return vscode.Uri.file(fileOf(name));
  };
  let run: string;

  before(async function () {
    this.timeout(60_000);
    const { extensionPath } = vscode.extensions.all.find(
      ({ packageJSON }) => packageJSON.name === 'textclf',
    )!;
    const file = write('predictions.textclf.json', JSON.stringify(experiment));
    const command = [join(extensionPath, 'dist/cli.js'), 'train', file.fsPath, '--root', root, '--quiet'];
    await promisify(execFile)(process.execPath, command);
    run = listRuns(root).find(({ id }) => id.includes('predictions'))!.folder;
    await vscode.commands.executeCommand('textclf.refreshRuns');
    await vscode.commands.executeCommand('textclf.chooseModel', run);
  });

  after(async () => {
    const open = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length;
    // One after the other: nothing asks whether to save then.
    while (open() > 0) await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    for (const path of [run, ...written]) rmSync(path, { recursive: true, force: true });
    await vscode.commands.executeCommand('textclf.refreshRuns');
  });

  async function select(content: string, selections: (document: vscode.TextDocument) => vscode.Selection[]) {
    const document = await vscode.workspace.openTextDocument({ content });
    const editor = await vscode.window.showTextDocument(document);
    editor.selections = selections(document);
  }

  /** How long the command took, and how long the extension host computed for it (milliseconds). */
  async function predictSelection(): Promise<{ took: number; computed: number }> {
    const start = performance.now();
    const before = process.cpuUsage();
    await vscode.commands.executeCommand('textclf.predictSelection');
    const { user, system } = process.cpuUsage(before);
    return { took: performance.now() - start, computed: (user + system) / 1_000 };
  }

  it('answer at once where the model is open', async () => {
    await select('a great film', () => [new vscode.Selection(0, 0, 0, 0)]);
    await predictSelection();
    const times: number[] = [];
    for (let i = 0; i < 21; i++) times.push((await predictSelection()).took);
    const median = times.sort((a, b) => a - b)[10]!;
    assert.ok(median < 20, `the median of the answers took ${median} ms`);
  });

  it('of a thousand cursors leave the work to the helper', async () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => `a ${i % 2 === 0 ? 'great' : 'boring'} film ${i}`);
    await select(lines.join('\n'), () => lines.map((_, i) => new vscode.Selection(i, 0, i, 0)));
    const { computed } = await predictSelection();
    assert.ok(computed < 200, `the extension host computed for ${computed} ms`);
  });

  it('of a megabyte leave the work to the helper', async () => {
    const text = 'a great film \n'.repeat(75_000);
    await select(text, (document) => [new vscode.Selection(0, 0, document.lineCount - 1, 0)]);
    const { computed } = await predictSelection();
    assert.ok(computed < 200, `the extension host computed for ${computed} ms`);
  });

  const files: [name: string, content: string, document: string, expected: RegExp][] = [
    [
      'lines.txt',
      'a great film\n\na boring film\n',
      'lines.predicted.csv',
      /^text,predicted,probability\na great film,good,[\d.]+\n"?"?,,\na boring film,bad,[\d.]+\n$/,
    ],
    [
      'rows.tsv',
      'text\tid\na great film\t1\n',
      'rows.predicted.csv',
      /^text,id,predicted,probability\na great film,1,good,[\d.]+\n$/,
    ],
    [
      'rows.jsonl',
      '{"text":"a boring \\"film\\"","id":7}\n',
      // The other one is open.
      'rows.predicted-2.csv',
      /^text,id,predicted,probability\n"a boring ""film""",7,bad,[\d.]+\n$/,
    ],
  ];
  for (const [name, content, document, expected] of files) {
    it(`of ${name} stand in a new document`, async () => {
      await vscode.commands.executeCommand('textclf.predictFile', write(name, content));
      const shown = vscode.window.activeTextEditor!.document;
      assert.equal(
        shown.uri.toString(),
        vscode.Uri.file(fileOf(document)).with({ scheme: 'untitled' }).toString(),
      );
      assert.match(shown.getText(), expected);
    });
  }
});
