/**
 * npm run pictures [-- FOLDER]: trains the quickstart in a real VS Code and photographs what there is to see, in the
 * dark, the light and the high-contrast theme. Those that the README shows are then copied to media/ by hand.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { findChromium } from '../test/vscode/browser';
import {
  codeLens,
  goToLine,
  openContainer,
  openFile,
  quickInput,
  quickPick,
  runCommand,
  tab,
  treeRow,
  webview,
} from '../test/vscode/page';
import { startServer, workbenchUrl } from '../test/vscode/server';

const target = resolve(process.argv[2] ?? '.vscode-test/pictures');
const themes = { dark: 'Dark Modern', light: 'Light Modern', 'high-contrast': 'Dark High Contrast' };

await mkdir(target, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'textclf-pictures-'));
const workspace = join(folder, 'mails');
await cp(resolve('experiments'), workspace, {
  recursive: true,
  filter: (path) => !/\.textclf$|prepare-quickstart/.test(path),
});
await writeFile(
  join(workspace, 'notes.md'),
  '# Mails of today\n\nClaim your free prize now, no purchase needed\n\nThe patch applies cleanly, thanks for the review\n',
);
const server = await startServer({
  extensions: [resolve('.')],
  settings: { 'editor.minimap.enabled': false, 'editor.wordWrap': 'on', 'editor.fontSize': 13 },
});
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(180_000);
  await page.goto(workbenchUrl(server, workspace));
  await page.locator('.statusbar-item').first().waitFor();
  await openFile(page, 'quickstart.textclf.json');
  await openContainer(page, 'TextClf');
  await codeLens(page, 'Inspect data').click();
  await webview(page).locator('.histogram-bar').last().waitFor();
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await inThemes(page, 'data');
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await tab(page, /^Data: /).click({ button: 'middle' });
  await codeLens(page, 'Train').click();
  await codeLens(page, /^\s*epoch 3/).waitFor();
  await inThemes(page, 'training');
  await webview(page).locator('.status.succeeded').waitFor();
  await treeRow(page, /9\d\.\d\s%/).waitFor();
  await codeLens(page, 'Train baseline').click();
  await tab(page, /✓ quickstart baseline/).waitFor();
  await tab(page, /✓ quickstart$/).click();
  const dashboard = webview(page);
  await dashboard
    .getByText(/^Baseline \d/)
    .first()
    .waitFor();
  await inThemes(page, 'trained');
  await dashboard.getByRole('tab', { name: 'Evaluation' }).click();
  await dashboard.getByRole('button', { name: /^truth ham, predicted spam/ }).click();
  await dashboard.locator('.row-list a.place').first().click();
  await page.locator('.tab', { hasText: 'spam-assassin-test.csv' }).waitFor();
  await dashboard.locator('.row-list li').nth(1).scrollIntoViewIfNeeded();
  await inThemes(page, 'errors');
  await runCommand(page, 'View: Close All Editors');
  await openFile(page, 'search.textclf.json');
  await codeLens(page, /^\s*Search/).click();
  await dashboard.locator('.status.succeeded').waitFor();
  await treeRow(page, /^search\s*12 trials/).click();
  await page.keyboard.press('ArrowRight');
  await dashboard.getByRole('tab', { name: 'Charts' }).click();
  await inThemes(page, 'search');
  await runCommand(page, 'View: Close All Editors');
  await openFile(page, 'quickstart.textclf.json');
  await goToLine(page, 60);
  await runCommand(page, 'TextClf: Predict Examples');
  await page.waitForTimeout(2000);
  await inThemes(page, 'examples');
  await openFile(page, 'notes.md');
  await goToLine(page, 3);
  await page.keyboard.press('Control+Alt+P');
  await goToLine(page, 5);
  await page.keyboard.press('Control+Alt+P');
  await page.waitForTimeout(2000);
  await inThemes(page, 'selection');
  await chooseTheme(page, themes.dark);
  await openFile(page, 'quickstart.textclf.json');
  await runCommand(page, 'TextClf: Devices');
  await quickPick(page, 'Processor').waitFor();
  await page.mouse.move(600, 880);
  await quickInput(page).screenshot({ path: join(target, 'devices-dark.png') });
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

async function inThemes(page: Page, name: string): Promise<void> {
  for (const [theme, title] of Object.entries(themes)) {
    await chooseTheme(page, title);
    await page.screenshot({ path: join(target, `${name}-${theme}.png`) });
  }
}

async function chooseTheme(page: Page, title: string): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  await quickInput(page).locator('.quick-input-box input').fill(title);
  await quickPick(page, title).click();
  await quickInput(page).waitFor({ state: 'hidden' });
  // Nothing is to show that it is pointed at.
  await page.mouse.move(600, 880);
  // The page's charts are drawn anew in the next frames.
  await page.waitForTimeout(700);
}
