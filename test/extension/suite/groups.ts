/** Searches: a run that stands for several, the best of which becomes the experiment. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { childrenOf, listRuns, type Run, type RunSummary } from '../../../src/runs/list';
import { runsFolder } from '../../../src/runs/paths';
import { closeEditors, openFile, replaceText, until, workspaceFile, writeFile } from '../support';

const { executeCommand } = vscode.commands;

const rows = Array.from({ length: 60 }, (_, i) =>
  i % 2 === 0 ? `film ${i} was a great one,good` : `film ${i} was a boring one,bad`,
);

const text = `{
  // What is searched.
  "data": { "train": "rows.csv" },
  "model": { "type": "rnn", "embedding": { "size": 4 }, "hiddenSize": 4 },
  "training": { "epochs": 2 }, // short
  "search": {
    "strategy": "grid",
    "options": { "model.hiddenSize": [3, 5, 7] }
  }
}
`;

function root(): string {
  return workspaceFile('').fsPath.replace(/[\\/]$/, '');
}

describe('a search', () => {
  let group: Run;
  let trials: Run[];
  let file: vscode.Uri;

  before(async function () {
    this.timeout(120_000);
    await writeFile('g/rows.csv', `text,label\n${rows.join('\n')}\n`);
    ({ uri: file } = await openFile('g/sizes.textclf.json', text));
    await executeCommand('textclf.train', file);
    group = await until('the end of the search', () => listRuns(root()).find(isEndedGroup), 100_000);
    trials = childrenOf(group.id, listRuns(root()));
    await executeCommand('textclf.refreshRuns');
  });
  afterEach(closeEditors);
  after(() => rm(runsFolder(root()), { recursive: true, force: true }));

  it('makes a run of its own for each trial, and one that stands for them', () => {
    assert.equal(group.status, 'succeeded');
    assert.deepEqual(
      trials.map(({ record }) => record.parent?.label),
      ['trial 1', 'trial 2', 'trial 3'],
    );
  });

  it('is one run above the file', async () => {
    await openFile('g/sizes.textclf.json', text);
    const title = await until('the best', async () => {
      const lenses = await executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', file);
      return lenses.map(({ command }) => command!.title).find((one) => one.startsWith('best: '));
    });
    assert.match(title, /, 1 run$/);
  });

  it('writes the settings of a trial into the file, with its comments; undo takes that back', async () => {
    const document = await openFile('g/sizes.textclf.json', text);
    await executeCommand('textclf.adoptTrial', trials[1]!.folder);
    const adopted = document.getText();
    assert.match(adopted, /"hiddenSize": 5/);
    assert.doesNotMatch(adopted, /"search"/);
    assert.match(adopted, /\/\/ What is searched\.[\s\S]*\/\/ short/);
    assert.ok(document.isDirty);
    assert.equal(vscode.window.activeTextEditor?.document, document);
    await executeCommand('undo');
    assert.equal(document.getText(), text);
  });

  it('leaves a file alone that has errors', async () => {
    const document = await openFile('g/sizes.textclf.json', text);
    await replaceText(document, '"epochs": 2', '"epochs": 0');
    const before = document.getText();
    await executeCommand('textclf.adoptTrial', { runFolder: trials[0]!.folder });
    assert.equal(document.getText(), before);
  });

  it('opens the dashboard of the whole, and of a trial', async () => {
    for (const { folder, record } of [group, trials[2]!]) {
      await executeCommand('textclf.openDashboard', folder);
      await until(`the tab of ${record.name}`, () =>
        vscode.window.tabGroups.all.some(({ tabs }) =>
          tabs.some(({ label }) => label === `✓ ${record.name}`),
        ),
      );
    }
    assert.equal(group.record.name, 'sizes');
    assert.equal(trials[2]!.record.name, 'sizes trial 3');
  });

  it('goes on when one of its trials is stopped, and stops with the trial at hand', async function () {
    this.timeout(90_000);
    const endless = text.replace('"epochs": 2', '"epochs": 100000');
    const { uri } = await openFile('g/endless.textclf.json', endless);
    await executeCommand('textclf.train', uri);
    const current = (index: number) => () =>
      listRuns(root()).find(
        (run): run is Run =>
          run.type === 'run' &&
          run.record.parent?.index === index &&
          run.hasModel &&
          run.status === 'running',
      );
    const first = await until('the first trial', current(1), 30_000);
    await executeCommand('textclf.stop', first.folder);
    const second = await until('the second trial', current(2), 30_000);
    const whole = () => listRuns(root()).find(({ id }) => id === second.record.parent!.id) as Run;
    assert.equal(whole().status, 'running');
    await executeCommand('textclf.stop', whole().folder);
    assert.equal(whole().status, 'stopped');
    assert.deepEqual(
      childrenOf(whole().id, listRuns(root())).map(({ status }) => status),
      ['stopped', 'stopped'],
    );
  });

  const comparison = (count: number) =>
    vscode.window.tabGroups.all.some(({ tabs }) =>
      tabs.some(({ label }) => label === `Compare ${count} runs`),
    );
  const compare = async (folders: string[]) => {
    const selected = folders.map((folder) => ({ runFolder: folder }));
    await executeCommand('textclf.compareRuns', selected[0], selected);
  };

  it('compares its trials', async () => {
    await compare(trials.slice(0, 2).map(({ folder }) => folder));
    await until('the comparison', () => comparison(2));
  });

  it('is compared by its best trial', async () => {
    // Which is one of them all.
    await compare([group, ...trials].map(({ folder }) => folder));
    await until('the comparison', () => comparison(3));
  });

  it('is no cross-validation, which has no curve to compare', async () => {
    const record = { ...group.record, id: 'folds', group: { kind: 'folds', planned: 3 } };
    await writeFile('.textclf/runs/folds/run.json', JSON.stringify(record));
    await executeCommand('textclf.refreshRuns');
    const folds = workspaceFile('.textclf/runs/folds').fsPath;
    await compare([folds, ...trials.slice(0, 2).map(({ folder }) => folder)]);
    await compare(trials.map(({ folder }) => folder));
    // The second asked for is there, and not the first.
    await until('the comparison', () => comparison(3));
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length, 1);
  });
});

function isEndedGroup(run: RunSummary): run is Run {
  return run.type === 'run' && run.record.group !== undefined && run.record.endedAt !== undefined;
}
