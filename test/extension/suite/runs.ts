/** What can be done with runs, on real ones: a training process made them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile as writeToDisk } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { readAnnotations } from '../../../src/runs/annotations';
import { listRuns, type Run } from '../../../src/runs/list';
import { runPaths, runsFolder } from '../../../src/runs/paths';
import { closeEditors, openFile, replaceText, until, workspaceFile, writeFile } from '../support';

const { executeCommand } = vscode.commands;

const experiment = {
  data: { train: 'train.csv' },
  model: { type: 'gru', embedding: { size: 8 }, hiddenSize: 8 },
  training: { epochs: 2, batchSize: 16, optimizer: { type: 'adam', learningRate: 0.02 } },
};

function textOf(changes: object = {}): string {
  return `{\n  // A comment, and a trailing comma.\n  ${JSON.stringify({ ...experiment, ...changes }, null, 2).slice(1, -1)},\n}\n`;
}

function root(): string {
  return workspaceFile('').fsPath.replace(/[\\/]$/, '');
}

function runsOf(name: string): Run[] {
  return listRuns(root()).filter((run) => run.type === 'run' && run.record.name === name) as Run[];
}

/** As from a terminal: the extension has no part in it. */
async function trainOutside(file: vscode.Uri): Promise<void> {
  const extension = vscode.extensions.all.find(({ packageJSON }) => packageJSON.name === 'textclf')!;
  const script = join(extension.extensionPath, 'dist', 'cli.js');
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  await promisify(execFile)(process.execPath, [script, 'train', file.fsPath, '--quiet'], {
    cwd: root(),
    env,
  });
}

/** The command knows the run: it was made outside, so the extension learns of it by and by. */
async function once(command: string, ...parameters: unknown[]): Promise<void> {
  await executeCommand('textclf.refreshRuns');
  await executeCommand(command, ...parameters);
}

function activeText(): string {
  return vscode.window.activeTextEditor?.document.getText() ?? '';
}

describe('runs', () => {
  let run: Run;
  let file: vscode.Uri;

  before(async function () {
    this.timeout(60_000);
    file = await writeFile('measured.textclf.json', textOf());
    await trainOutside(file);
    run = runsOf('measured')[0]!;
  });
  afterEach(closeEditors);
  after(() => rm(runsFolder(root()), { recursive: true, force: true }));

  it('are starred, and not', async () => {
    await once('textclf.starRun', run.folder);
    assert.equal(readAnnotations(run.folder).starred, true);
    await once('textclf.unstarRun', { runFolder: run.folder });
    assert.equal(readAnnotations(run.folder).starred, false);
  });

  it('open the experiment that they were started from', async () => {
    await once('textclf.openExperiment', run.folder);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file.fsPath);
  });

  it('show their experiment as it was against the file now: what differs, and nothing else', async () => {
    const document = await openFile('measured.textclf.json', textOf());
    await once('textclf.diffExperiment', run.folder);
    const diff = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(diff instanceof vscode.TabInputTextDiff);
    const [was, now] = await Promise.all(
      [diff.original, diff.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    assert.match(was!.getText(), /"dropout": 0,/);
    assert.equal(now!.getText(), was!.getText());
    // What is typed shows, before it is saved.
    await replaceText(document, '0.02', '0.03');
    await until('the change in the diff', () => now!.getText() !== was!.getText());
    assert.equal(now!.getText(), was!.getText().replace('0.02', '0.03'));
  });

  it('show their log', async () => {
    await once('textclf.showLog', run.folder);
    await until('the log', () => activeText().includes('succeeded'));
    assert.match(activeText(), /^\d\d:\d\d:\d\d \[info\] started as \d{8}-\d{6}-measured-/);
    assert.match(activeText(), /epoch 2: loss \d/);
  });

  it('are compared in one dashboard', async function () {
    this.timeout(60_000);
    await trainOutside(file);
    const both = runsOf('measured').map(({ folder }) => ({ runFolder: folder }));
    await once('textclf.compareRuns', both[0], both);
    await until('the comparison', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === 'Compare 2 runs')),
    );
  });

  it('stop when asked to, and keep their model', async function () {
    this.timeout(60_000);
    const endless = await writeFile(
      'endless.textclf.json',
      textOf({ training: { ...experiment.training, epochs: 100_000 } }),
    );
    await executeCommand('textclf.train', endless);
    const started = await until(
      'a best epoch',
      () => runsOf('endless').find(({ hasModel }) => hasModel),
      30_000,
    );
    assert.equal(started.status, 'running');
    // Comes back when the run has ended.
    await executeCommand('textclf.stop', started.folder);
    const [stopped] = runsOf('endless');
    assert.equal(stopped!.status, 'stopped');
    assert.equal(stopped!.hasModel, true);
  });

  it('are looked at in no time, if there are 200', async function () {
    this.timeout(60_000);
    for (let i = 0; i < 200; i++) {
      await cp(run.folder, join(runsFolder(root()), `20200101-000000-copy-${i}`), { recursive: true });
    }
    await executeCommand('textclf.runs.focus');
    await executeCommand('textclf.refreshRuns');
    const times: number[] = [];
    for (let i = 0; i < 9; i++) {
      const start = performance.now();
      await executeCommand('textclf.refreshRuns');
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[4]!;
    assert.ok(median < 50, `it took ${median.toFixed(1)} ms`);
  });

  it('that cannot be read are no reason to fail', async () => {
    const folder = join(runsFolder(root()), '20200101-000000-damaged');
    await mkdir(folder, { recursive: true });
    await writeToDisk(runPaths(folder).record, '{');
    await executeCommand('textclf.refreshRuns');
    await once('textclf.revealRun', folder);
  });
});
