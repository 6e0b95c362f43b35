/** What a person does with several runs: a baseline to beat, a search, and the trial that becomes the experiment. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { listRuns, type Run } from '../../src/runs/list';
import {
  codeLens,
  decorationTexts,
  dialog,
  openContainer,
  openFile,
  pickFromContextMenu,
  quickInput,
  quickPick,
  runCommand,
  statusBarItem,
  tab,
  treeRow,
  webview,
} from '../vscode/page';
import { describeInVSCode, patience, screenshot, useWorkbench } from '../vscode/workbench';
import { clickable } from './experiments';

const reviews = JSON.parse(String(clickable['reviews.textclf.json']));

const search = `{
  // Which size does it take?
  "data": { "train": "train.csv" },
  "model": { "type": "gru", "embedding": { "size": 8 }, "hiddenSize": 8 },
  // Long enough to be watched.
  "training": { "epochs": 150, "optimizer": { "type": "adam", "learningRate": 0.02 } },
  "search": {
    "options": { "model.hiddenSize": [4, 6, 12] },
    "strategy": "grid"
  }
}
`;

const vectors = {
  data: { train: 'train.csv' },
  model: { type: 'gru', embedding: { size: 50, vectors: 'glove.6B.50d' } },
};

const moods = ['joy', 'joy,fear', 'fear', 'anger,joy', 'anger', 'fear,anger'];
const words = (i: number) => moods[i % 6]!.replace(',', ' and ');
const tweets = Array.from({ length: 60 }, (_, i) => `tweet ${i} is full of ${words(i)},"${moods[i % 6]}"`);

describeInVSCode('a person who compares', () => {
  const workbench = useWorkbench({
    ...clickable,
    'reviews.textclf.json': JSON.stringify({ ...reviews, data: { train: 'train.csv' } }, null, 2),
    'search.textclf.json': search,
    'vectors.textclf.json': JSON.stringify(vectors, null, 2),
    'tweets.csv': `tweet,moods\n${tweets.join('\n')}\n`,
  });
  const runs = (): Run[] => listRuns(workbench.folder).filter((run) => run.type === 'run');
  const group = (): Run => runs().find(({ record }) => record.group)!;

  it('trains a baseline, which is the dashed line in the dashboards of the same data', async () => {
    const { page } = workbench;
    await openFile(page, 'reviews.textclf.json');
    await codeLens(page, 'Train').click();
    await webview(page).locator('.status.succeeded').waitFor();
    expect(
      await webview(page)
        .getByText(/^Baseline \d/)
        .count(),
    ).toBe(0);
    await codeLens(page, 'Train baseline').click();
    await tab(page, /✓ reviews baseline/).waitFor();
    await screenshot(page, 'baseline-dashboard');
    await tab(page, /✓ reviews$/).click();
    const legend = (title: string) =>
      webview(page)
        .getByRole('group', { name: `Curves of ${title}` })
        .getByText(/^Baseline \d/);
    await legend('Loss').waitFor();
    expect(await legend('Accuracy').textContent()).toMatch(/^Baseline 100\.0\s%$/);
    await screenshot(page, 'baseline-line');
    expect(runs().map(({ record }) => record.model)).toEqual(['baseline', 'gru']);
  });

  it('searches, and sees the trials under their search, the best first', async () => {
    const { page } = workbench;
    // The dashboard is to stand beside the file, not over it.
    await runCommand(page, 'View: Close All Editors');
    await openFile(page, 'search.textclf.json');
    await openContainer(page, 'TextClf');
    await codeLens(page, 'Search (3 trials)').click();
    await codeLens(page, /^\s*trial \d of 3 · /).waitFor();
    await webview(page).locator('.status.succeeded').waitFor();
    const row = treeRow(page, /^search\s*3 trials · best 100\.0 % · just now/);
    await row.click();
    await page.keyboard.press('ArrowRight');
    const trials = page.locator('.sidebar .monaco-list-row[aria-level="3"]');
    await expect.poll(() => trials.count(), patience).toBe(3);
    await screenshot(page, 'search-tree');
    expect(await trials.allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^trial 2.*hiddenSize 6/)]),
    );
    // One run above the file, and one in the count of its experiment.
    await treeRow(page, /^search\s*1 run/).waitFor();
  });

  it('opens a trial from the dashboard of its search, and makes another one the experiment', async () => {
    const { page } = workbench;
    await webview(page).getByRole('button', { name: 'trial 3', exact: true }).click();
    await tab(page, /✓ search trial 3/).waitFor();
    // It leads back.
    await webview(page).getByRole('button', { name: 'Open the search' }).click();
    const adopt = webview(page).getByRole('button', { name: 'Make this the experiment: trial 3' });
    await adopt.click();
    await statusBarItem(page, /the experiment has the settings of search trial 3 now/).waitFor();
    await runCommand(page, 'Undo');
    await codeLens(page, 'Search (3 trials)').waitFor();
  });

  it('makes a trial of the runs view the experiment', async () => {
    const { page } = workbench;
    await pickFromContextMenu(page, treeRow(page, /^trial 2/), 'Make This the Experiment');
    // It has no search any more.
    await codeLens(page, 'Train').waitFor();
    await statusBarItem(page, /the experiment has the settings of search trial 2 now/).waitFor();
    await screenshot(page, 'adopted');
    await runCommand(page, 'File: Save');
    const saved = () => readFile(join(workbench.folder, 'search.textclf.json'), 'utf8');
    await expect.poll(saved, patience).toContain('"hiddenSize": 6');
    expect(await saved()).toContain('// Which size does it take?');
    expect(await saved()).not.toContain('"search"');
  });

  it('deletes a search with all of its trials', async () => {
    const { page } = workbench;
    const before = runs().length;
    await pickFromContextMenu(page, treeRow(page, /^search\s*3 trials/), 'Delete Run');
    await dialog(page).getByText('Delete 4 runs?').waitFor();
    expect(await dialog(page).innerText()).toContain('with its 3 trials');
    await screenshot(page, 'delete-search');
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => runs().length, patience).toBe(before - 4);
    expect(group()).toBeUndefined();
  });

  it('is asked before anything is downloaded', async () => {
    const { page } = workbench;
    const before = runs().length;
    // Other experiments have a Train of their own.
    await runCommand(page, 'View: Close All Editors');
    await openFile(page, 'vectors.textclf.json');
    await codeLens(page, 'Train').click();
    await dialog(page).getByText('Download the word vectors glove.6B.50d (69.2 MB)?').waitFor();
    await screenshot(page, 'download');
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await codeLens(page, 'Train').waitFor();
    expect(runs()).toHaveLength(before);
  });

  it('is asked how many classes a text has where the data looks like several, and sees them predicted', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await openContainer(page, 'Explorer');
    await pickFromContextMenu(page, treeRow(page, 'tweets.csv'), 'New Experiment…');
    const placeholder = (text: string) => quickInput(page).locator(`input[placeholder="${text}"]`).waitFor();
    await placeholder('The column with the text (several are joined)');
    await page.keyboard.press('Enter');
    await placeholder("The column with each text's class");
    await page.keyboard.press('Enter');
    await placeholder('How many classes does a text have?');
    await screenshot(page, 'new-several-labels');
    await page.keyboard.press('Enter');
    await placeholder('The model that learns');
    await screenshot(page, 'new-models');
    await quickPick(page, 'baseline').click();
    await quickInput(page).getByText('A file in').waitFor();
    await page.keyboard.press('Enter');
    await tab(page, 'tweets.textclf.json').waitFor();
    const text = await readFile(join(workbench.folder, 'tweets.textclf.json'), 'utf8');
    expect(text).toContain('"task": "multi-label"');
    expect(text).toContain('"type": "baseline"');

    await codeLens(page, 'Train').click();
    await webview(page).locator('.status.succeeded').waitFor();
    await tab(page, 'tweets.textclf.json').click();
    await codeLens(page, 'Predict').click();
    await expect
      .poll(() => decorationTexts(page), patience)
      .toEqual([
        expect.stringMatching(/^joy\s\d+\s%$/),
        expect.stringMatching(/^(joy,\sfear|fear,\sjoy)\s\d+\s%$/),
      ]);
    await screenshot(page, 'several-labels');
  });
});

describeInVSCode('a dashboard that is open', () => {
  const mirror = slowMirror();
  const workbench = useWorkbench(
    {
      ...clickable,
      'reviews.textclf.json': JSON.stringify({ ...reviews, data: { train: 'train.csv' } }, null, 2),
      'vectors.textclf.json': JSON.stringify(vectors, null, 2),
    },
    {
      server: async () => ({
        extensions: [resolve('.')],
        environment: { TEXTCLF_GLOVE_URL: await mirror.listen() },
        settings: { 'textclf.openDashboardOnTrain': false },
      }),
    },
  );
  afterAll(() => mirror.close());

  it('gets the dashed line as soon as the baseline is trained', async () => {
    const { page } = workbench;
    await openFile(page, 'reviews.textclf.json');
    await codeLens(page, 'Train').click();
    await codeLens(page, /^best: /).waitFor();
    await codeLens(page, 'Dashboard').click();
    const loss = webview(page).getByRole('group', { name: 'Curves of Loss' });
    await loss.waitFor();
    expect(await loss.getByText(/^Baseline \d/).count()).toBe(0);
    await codeLens(page, 'Train baseline').click();
    await loss.getByText(/^Baseline \d/).waitFor();
  });

  it('shows how far a download is, which stops with the run', async () => {
    const { page, folder } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await openFile(page, 'vectors.textclf.json');
    await codeLens(page, 'Train').click();
    await dialog(page).getByRole('button', { name: 'Download and Train' }).click();
    await codeLens(page, /^\s*downloading glove\.6B\.50d, \d+ %$/).waitFor();
    await statusBarItem(page, /vectors: downloading glove\.6B\.50d, \d+ %/).waitFor();
    await codeLens(page, 'Dashboard').click();
    await webview(page)
      .getByText(/glove\.6B\.50d/)
      .first()
      .waitFor();
    await screenshot(page, 'downloading');
    await codeLens(page, 'Stop').click();
    await webview(page).locator('.status.stopped').waitFor();
    expect(listRuns(folder).map((run) => run.type === 'run' && run.status)).toContain('stopped');
  });
});

/** Word vectors that hardly come: a little of them, again and again, and never the end. */
function slowMirror() {
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': 69_182_535 });
    const timer = setInterval(() => response.write(Buffer.alloc(400_000)), 100);
    timers.add(timer);
    response.on('close', () => clearInterval(timer));
  });
  return {
    async listen(): Promise<string> {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    close(): void {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}
