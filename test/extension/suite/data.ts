/** What is wrong with rows leads from an experiment to the page about its data. */
import assert from 'node:assert/strict';
import { cp, mkdir, writeFile as writeToDisk } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeEditors, openFile, settledDiagnostics, until, workspaceFile, writeFile } from '../support';

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

  it('that is to be downloaded is announced until a training has ended', async function () {
    this.timeout(60_000);
    const hub = '{ "dataset": "org/films" }';
    const { uri } = await openFile(
      'i/films.textclf.json',
      `{ "data": { "hub": ${hub} }, "model": { "type": "baseline" } }\n`,
    );
    const [announced] = await settledDiagnostics(uri, 1);
    assert.match(announced!.message, /Training downloads the data set org\/films first/);
    await layInCache('org--films');
    await vscode.commands.executeCommand('textclf.train', workspaceFile('toy.textclf.json'));
    await settledDiagnostics(uri, 0);
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

/** A data set of 40 rows, as other programs keep it that use the Hub. */
async function layInCache(name: string): Promise<void> {
  const extension = vscode.extensions.all.find(({ packageJSON }) => packageJSON.name === 'textclf')!;
  const folder = join(process.env.HF_HUB_CACHE!, `datasets--${name}`);
  const commit = 'c0ffee0123456789abcdef0123456789abcdef01';
  const refs = join(folder, 'refs', 'refs', 'convert');
  await mkdir(refs, { recursive: true });
  await writeToDisk(join(refs, 'parquet'), commit);
  const split = join(folder, 'snapshots', commit, 'default', 'train');
  await mkdir(split, { recursive: true });
  await cp(join(extension.extensionPath, 'test/fixtures/hub/train.parquet'), join(split, '0000.parquet'));
}
