import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { runPaths, runsFolder } from '../../src/runs/paths';
import { createRun } from '../../src/runs/run-writer';
import { suiteWorkspace } from '../extension/workspace';
import { findChromium } from '../vscode/browser';
import { openContainer, openFile, runCommand, treeRow } from '../vscode/page';
import { startServer, workbenchUrl } from '../vscode/server';
import { makeWorkspace, removeWorkspace } from '../vscode/workspace';

const runs = 200;

/** Prints how long a real VS Code waits for the extension: its activation, and its view of many runs. */
export async function measureEditor(): Promise<void> {
  const folder = await makeWorkspace(suiteWorkspace);
  makeRuns(folder);
  const server = await startServer({ extensions: [resolve('.')] });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(60_000);
    await page.goto(workbenchUrl(server, folder));
    await page.locator('.statusbar-item').first().waitFor();
    await openFile(page, 'toy.textclf.json');
    console.log(`A workspace with an experiment and ${runs} runs:`);
    console.log(`  activation of the extension: ${await activation(page)}`);
    await page.keyboard.press('Escape');
    const startedAt = performance.now();
    await openContainer(page, 'TextClf');
    await treeRow(page, `${runs} runs`).waitFor();
    console.log(
      `  from the click on the view's icon to its rows: ${(performance.now() - startedAt).toFixed(0)} ms`,
    );
  } finally {
    await browser.close();
    await server.close();
    await removeWorkspace(folder);
  }
}

/** As VS Code itself measured it: "Activated by …: 23ms". */
async function activation(page: Page): Promise<string> {
  await runCommand(page, 'Developer: Show Running Extensions');
  const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'TextClf' });
  await row.locator('.activation-time').filter({ hasText: /\d/ }).waitFor();
  return (await row.locator('.activation-time').textContent()) ?? '';
}

function makeRuns(root: string): void {
  const experimentFile = join(root, 'toy.textclf.json');
  const first = createRun({
    ...{ root, name: 'toy', experimentFile, experimentText: readFileSync(experimentFile, 'utf8') },
    ...{ model: 'lstm', seed: 1, versions: { textclf: '0', onnxruntime: '0' }, device: 'cpu', threads: 1 },
  });
  first.finish('succeeded');
  for (let i = 1; i < runs; i++) {
    const folder = join(runsFolder(root), `${first.id}-${i}`);
    mkdirSync(folder);
    for (const part of ['record', 'events', 'experiment'] as const) {
      cpSync(runPaths(first.folder)[part], runPaths(folder)[part]);
    }
  }
}
