/** The experiment file as a person works on it: made from data, checked, mended, and not trained where not trusted. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import {
  codeLens,
  goToLine,
  notification,
  openContainer,
  openFile,
  pickFromContextMenu,
  problems,
  quickInput,
  runCommand,
  tab,
  treeRow,
  webview,
} from '../vscode/page';
import { describeInVSCode, patience, screenshot, useWorkbench } from '../vscode/workbench';

const rows = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0 ? `${i},Film ${i} was a great one,good` : `${i},Film ${i} was a boring one,bad`,
).join('\n');

const experiment = `{
  "data": { "train": "films.csv", "text": "revew", "label": "mood" },
  "model": { "type": "gru" },
  "training": { "epochs": 0 },
  "examples": ["A great one."]
}
`;

const files = { 'films.csv': `id,review,mood\n${rows}\n`, 'wrong.textclf.json': experiment };

/** A window that just opened knows no menus and commands of extensions yet. */
async function extensionIsThere(page: Page): Promise<void> {
  await page.locator('.activitybar a[aria-label^="TextClf"]').waitFor();
}

/** Presses Enter once a question is asked: it says what for. */
async function accept(page: Page, question: string): Promise<void> {
  const box = quickInput(page);
  await box.locator(`input[placeholder="${question}"]`).waitFor();
  await screenshot(page, `new-experiment-${question}`);
  await page.keyboard.press('Enter');
}

describeInVSCode('a person who writes an experiment', () => {
  const workbench = useWorkbench(files);

  it('makes one from a data file in the explorer; undoing that takes it away', async () => {
    const { page, folder } = workbench;
    await extensionIsThere(page);
    await openContainer(page, 'Explorer');
    await pickFromContextMenu(page, treeRow(page, 'films.csv'), 'New Experiment…');
    const review = quickInput(page).locator('.monaco-list-row', { hasText: 'review' });
    await review.getByText('40 different').waitFor();
    expect(await review.getByText('Film 0 was a great one').count()).toBe(1);
    await accept(page, 'The column with the text (several are joined)');
    await accept(page, "The column with each text's class");
    await accept(page, 'The model that learns');
    await quickInput(page).getByText('A file in').waitFor();
    await page.keyboard.press('Enter');
    await tab(page, 'films.textclf.json').waitFor();
    const file = join(folder, 'films.textclf.json');
    expect(await readFile(file, 'utf8')).toContain('"text": "review"');
    await codeLens(page, 'Train').waitFor();
    await screenshot(page, 'new-experiment');

    await treeRow(page, 'films.csv').focus();
    await page.keyboard.press('Control+Z');
    await expect.poll(() => existsSync(file), patience).toBe(false);
  });

  it('sees each mistake once, mends one with a quick fix, and is asked before training with the other', async () => {
    const { page } = workbench;
    await openFile(page, 'wrong.textclf.json');
    // VS Code asks for no lenses while the editor has not the focus.
    await codeLens(page, 'Train').waitFor();
    const list = await problems(page);
    const found = list.filter({ hasText: /TextClf/ });
    await expect.poll(() => list.allTextContents(), patience).toHaveLength(2);
    expect(await found.first().textContent()).toContain('"training.epochs" must be a whole number');

    await codeLens(page, 'Train').click();
    const question = notification(page, 'wrong.textclf.json has 1 problem.');
    await question.getByText('Train Anyway').waitFor();
    await screenshot(page, 'train-with-problems');
    await question.getByText('Show Problems').click();
    await page.locator('.markers-panel :focus').waitFor();

    await tab(page, 'wrong.textclf.json').click();
    await goToLine(page, 4, 28);
    await page.keyboard.press('Backspace');
    await page.keyboard.type('3');
    // Without a mistake of its own, the file's data is read.
    await expect.poll(() => found.allTextContents(), patience).toEqual([expect.stringContaining('revew')]);
    await goToLine(page, 2, 45);
    const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Change to "review"' });
    // Marks that change while the list opens close it again.
    const opens = async () => {
      await page.keyboard.press('Control+.');
      return fix.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(opens, patience).toBe(true);
    await screenshot(page, 'quick-fix');
    await fix.click();
    await expect.poll(() => found.count(), patience).toBe(0);
  });

  it('completes keys with what they mean', async () => {
    const { page } = workbench;
    await openFile(page, 'wrong.textclf.json');
    await goToLine(page, 3, 27);
    await page.keyboard.type(', "po');
    const suggestion = page.locator('.suggest-widget .monaco-list-row', { hasText: 'pooling' });
    await suggestion.waitFor();
    await screenshot(page, 'completion');
    await page.keyboard.press('Escape');
  });

  it('reads the walkthrough', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Hide Panel');
    await runCommand(page, 'TextClf: Get Started');
    await page.getByText('Train a text classifier in a few minutes').first().waitFor();
    await webview(page).locator('svg').waitFor();
    await screenshot(page, 'walkthrough');
  });
});

describeInVSCode('an empty folder', () => {
  const workbench = useWorkbench({});

  it('becomes the example workspace', async () => {
    const { page, folder } = workbench;
    await extensionIsThere(page);
    await runCommand(page, 'TextClf: Create Example Workspace…');
    await tab(page, 'spam.textclf.json').waitFor();
    await codeLens(page, 'Train').waitFor();
    expect(existsSync(join(folder, 'train.csv'))).toBe(true);
    await screenshot(page, 'example');
  });
});

describeInVSCode('a folder that is not trusted', () => {
  const workbench = useWorkbench(files, {
    server: () => ({ extensions: [resolve('.')], workspaceTrust: true, settings: trustSettings }),
  });

  it('is looked at, and nothing of it is read or trained', async () => {
    const { page } = workbench;
    await openFile(page, 'wrong.textclf.json');
    await codeLens(page, 'Nothing is trained in Restricted Mode').waitFor();
    expect(await codeLens(page, 'Train').count()).toBe(0);
    const list = await problems(page);
    await expect.poll(() => list.filter({ hasText: 'must be a whole number' }).count(), patience).toBe(1);
    await screenshot(page, 'restricted');
  });
});

const trustSettings = { 'security.workspace.trust.enabled': true };
