/** Predictions as a person sees them: behind selected text, behind examples, while typing, and of a file. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it, vi } from 'vitest';
import { annotate } from '../../src/runs/annotations';
import { listRuns } from '../../src/runs/list';
import { suiteWorkspace } from '../extension/workspace';
import {
  codeLens,
  decorationTexts,
  goToLine,
  notification,
  openFile,
  quickInput,
  quickPick,
  runCommand,
  statusBarItem,
  tab,
} from '../vscode/page';
import { describeInVSCode, screenshot, useWorkbench } from '../vscode/workbench';

const texts = ['a great film', '', 'a boring film', 'great (a boring film) great'].join('\n');
const experiment = {
  ...JSON.parse(String(suiteWorkspace['toy.textclf.json'])),
  training: { epochs: 8, batchSize: 8, optimizer: { type: 'adam', learningRate: 0.05 } },
  examples: ['a great "one"', 'a boring one', 'great\nlines'],
};

const largeRows = Array.from(
  { length: 22_000 },
  (_, i) => `${i},${'a great film of many words '.repeat(19)}`,
);

describeInVSCode('predictions', () => {
  const file = JSON.stringify(experiment, null, 2);
  const workbench = useWorkbench({
    ...suiteWorkspace,
    'toy.textclf.json': file,
    'second.textclf.json': file,
    'untrained.textclf.json': file,
    'texts.txt': `${texts}\n`,
    'edited.txt': `${texts}\n`,
    'large.csv': `id,text\n${largeRows.join('\n')}\n`,
    'hostile.txt': 'a great film\n',
    'rows.csv': 'id,text\n1,a great film\n2,"a boring, boring film"\n',
    'other.csv': 'id,review,stars\n1,a great film,5\n2,a boring film,1\n',
  });

  beforeAll(async () => {
    for (const name of ['second', 'toy']) await train(workbench.folder, `${name}.textclf.json`);
    await model(workbench.page, 'toy').waitFor();
  });

  it('stand behind the line at the cursor until it changes', async () => {
    const { page } = workbench;
    await openFile(page, 'edited.txt');
    await goToLine(page, 1);
    await predictSelection(page);
    await decorations(page, ['good > 99 %']);
    // For those who hear the screen.
    await statusBarItem(page, 'TextClf: good > 99 %').waitFor();

    await goToLine(page, 2);
    await page.keyboard.type('another line');
    await page.keyboard.press('Enter');
    await decorations(page, ['good > 99 %']);
    await goToLine(page, 1, 3);
    await page.keyboard.type('x');
    await decorations(page, []);
  });

  it('say on a blank line that there is nothing', async () => {
    const { page } = workbench;
    await openFile(page, 'texts.txt');
    await goToLine(page, 2);
    await predictSelection(page);
    await statusBarItem(page, 'there is no text at the cursor').waitFor();
    await decorations(page, []);
  });

  it('stand behind every selected range, and under the pointer there is more', async () => {
    const { page } = workbench;
    await openFile(page, 'texts.txt');
    await goToLine(page, 4, 8);
    await page.keyboard.press('Control+Shift+ArrowRight');
    await page.keyboard.press('Control+Shift+ArrowRight');
    await page.keyboard.press('Control+Shift+ArrowRight');
    await page.keyboard.press('Control+Shift+L');
    await predictSelection(page);
    await decorations(page, ['bad > 99 %', 'bad > 99 %']);
    await statusBarItem(page, 'TextClf: 2 texts: 2 bad').waitFor();

    await page
      .locator('.view-line', { hasText: 'great' })
      .last()
      .hover({ position: { x: 150, y: 8 } });
    const hover = page.locator('.monaco-hover:visible');
    await hover.getByText('Predicted by toy (100.0 % validation accuracy)').waitFor();
    expect(await hover.locator('td').allInnerTexts()).toEqual([
      ...['bad', expect.stringMatching(/^\d\d.*%$/), expect.stringMatching(/^█+░*$/)],
      ...['good', expect.stringMatching(/%$/), expect.stringMatching(/^█*░+$/)],
    ]);
    // The result itself can be pointed at too.
    await page.mouse.move(5, 5);
    await hover.waitFor({ state: 'hidden' });
    await page
      .locator('.view-line', { hasText: 'great' })
      .last()
      .hover({ position: { x: 220, y: 8 } });
    await hover.getByText('Predicted by toy (100.0 % validation accuracy)').waitFor();
    await screenshot(page, 'predict-hover');
    await page.mouse.move(5, 5);
    await page.keyboard.press('Escape');
  });

  it('make way for later ones of the same text, and come back with a hidden editor, in two editors alike', async () => {
    const { page } = workbench;
    await openFile(page, 'texts.txt');
    await goToLine(page, 3);
    await predictSelection(page);
    await decorations(page, ['bad > 99 %', 'bad > 99 %']);
    await openFile(page, 'rows.csv');
    await decorations(page, []);
    await openFile(page, 'texts.txt');
    await decorations(page, ['bad > 99 %', 'bad > 99 %']);
    await runCommand(page, 'View: Split Editor Right');
    await decorations(page, Array(4).fill('bad > 99 %'));
    await runCommand(page, 'View: Close Editor');
    await decorations(page, ['bad > 99 %', 'bad > 99 %']);
    await runCommand(page, 'TextClf: Clear Predictions');
    await decorations(page, []);
  });

  it('stand behind the examples of an experiment, by its own best model', async () => {
    const { page } = workbench;
    await openFile(page, 'second.textclf.json');
    await page.locator('.view-line', { hasText: 'examples' }).waitFor();
    await codeLens(page, /Predict$/).click();
    await decorations(page, ['good > 99 %', 'bad > 99 %', 'good > 99 %']);
    await screenshot(page, 'predict-examples');
  });

  it('of an experiment without a model offer to train', async () => {
    const { page } = workbench;
    await openFile(page, 'untrained.textclf.json');
    await runCommand(page, 'TextClf: Predict Examples');
    const told = notification(page, 'untrained.textclf.json has no trained model yet. Train first.');
    await told.getByRole('button', { name: 'Train' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('follow a text while it is typed', async () => {
    const { page } = workbench;
    await openFile(page, 'texts.txt');
    await runCommand(page, 'TextClf: Predict Text…');
    await quickInput(page).getByText('Predict with toy (100.0 % validation accuracy)').waitFor();
    const input = quickInput(page).locator('.quick-input-box input');
    const first = quickInput(page).locator('.monaco-list-row').first();
    await input.pressSequentially('g');
    await first.waitFor();
    await input.fill('a boring thing');
    await first.filter({ hasText: 'bad' }).waitFor();
    await input.fill('a great thing');
    await first.filter({ hasText: 'good' }).waitFor();
    await screenshot(page, 'predict-text');
    await page.keyboard.press('Enter');
    await statusBarItem(page, 'TextClf: copied "good"').waitFor();
  });

  it('of a file stand in a new document', async () => {
    const { page } = workbench;
    await openFile(page, 'rows.csv');
    await runCommand(page, 'TextClf: Predict File…');
    await tab(page, 'rows.predicted.csv').waitFor();
    expect(await lines(page)).toEqual([
      'id,text,predicted,probability',
      expect.stringMatching(/^1,a great film,good,0\.\d{6}$/),
      expect.stringMatching(/^2,"a boring, boring film",bad,[01]\.\d{6}$/),
      '',
    ]);
  });

  it('of a file with other columns ask which one holds the text', async () => {
    const { page } = workbench;
    await openFile(page, 'other.csv');
    await runCommand(page, 'TextClf: Predict File…');
    await quickInput(page).getByText('a great film · a boring film').waitFor();
    await screenshot(page, 'predict-column');
    await quickPick(page, 'review').click();
    await tab(page, 'other.predicted.csv').waitFor();
    expect((await lines(page))[2]).toMatch(/^2,a boring film,1,bad,/);
  });

  it('of a large file go to a file; half of them leave nothing', async () => {
    const { page, folder } = workbench;
    const before = await readdir(folder);
    const predictLarge = async () => {
      await openFile(page, 'large.csv');
      await runCommand(page, 'TextClf: Predict File…');
      await quickInput(page).getByText('large.csv is large: where do the predictions go?').waitFor();
      await page.keyboard.press('Enter');
    };
    await predictLarge();
    const progress = notification(page, 'Predicting large.csv with toy');
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await progress.waitFor({ state: 'hidden' });
    await vi.waitFor(async () => expect(await readdir(folder)).toEqual(before), { timeout: 10_000 });

    await predictLarge();
    await notification(page, 'large.predicted.csv has predictions of 22,000 rows.').waitFor();
    const results = await readFile(join(folder, 'large.predicted.csv'), 'utf8');
    expect(results.match(/,good,\d\.\d{6}$/gm)).toHaveLength(22_000);
  });

  it('are made by the model that was chosen, until it is gone', async () => {
    const { page, folder } = workbench;
    await model(page, 'toy').click();
    await screenshot(page, 'choose-model');
    await quickPick(page, 'second').click();
    await model(page, 'second').waitFor();
    await workbench.reload();
    await model(page, 'second').waitFor();

    const run = listRuns(folder).find((listed) => listed.type === 'run' && listed.record.name === 'second');
    await rm(run!.folder, { recursive: true });
    const told =
      'The model chosen for predictions, second, is gone. Predicting with the best run, toy, instead.';
    await notification(page, told).waitFor();
    await screenshot(page, 'model-gone');
    await model(page, 'toy').click();
    await quickPick(page, 'Best run of the workspace (automatic)').click();
    await model(page, 'toy').locator('.codicon-tag').waitFor();
  });

  it.each(['Dark Modern', 'Dark High Contrast', 'Light High Contrast'])(
    'can be read in %s',
    async (theme) => {
      const { page } = workbench;
      await runCommand(page, 'Preferences: Color Theme');
      await quickInput(page).locator('.quick-input-box input').fill(theme);
      await quickPick(page, theme).click();
      await openFile(page, 'texts.txt');
      await goToLine(page, 1);
      await predictSelection(page);
      await decorations(page, ['good > 99 %']);
      await screenshot(page, `predict-${theme}`);
    },
  );

  it('show labels and names as they are, whatever they are', async () => {
    const { page, folder } = workbench;
    const label = '<b>x</b> [y](command:workbench.action.quit) $(alert) | `z`';
    const [run] = listRuns(folder);
    const file = join(run!.folder, 'model/config.json');
    const config = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...config, id2label: { 0: label, 1: label.toUpperCase() } }));
    // The helper looks at the model's file alone.
    await utimes(join(run!.folder, 'model/model.onnx'), new Date(), new Date());
    annotate(run!.folder, { name: label });
    await model(page, '$(alert)'.replace('$', '$\u200b')).waitFor();

    await openFile(page, 'hostile.txt');
    await goToLine(page, 1);
    await predictSelection(page);
    await decorations(page, [`${label.toUpperCase()} > 99 %`]);
    await page
      .locator('.view-line', { hasText: 'great' })
      .first()
      .hover({ position: { x: 30, y: 8 } });
    const hover = page.locator('.monaco-hover:visible');
    await hover.getByText(`Predicted by ${label}`).waitFor();
    expect(await hover.locator('td').nth(0).innerText()).toBe(label.toUpperCase());
    expect(await hover.locator('a[data-href], .rendered-markdown b, code, .codicon-alert').count()).toBe(0);
    await screenshot(page, 'predict-hostile');

    await page.locator('[id$="textclf.model"]').click();
    await quickInput(page).locator('.monaco-list-row', { hasText: '·' }).first().click();
    await rm(run!.folder, { recursive: true });
    const told = notification(page, 'is gone.');
    await told.waitFor();
    expect(await told.locator('.notification-list-item-message a').count()).toBe(0);
  });
});

async function train(folder: string, file: string): Promise<void> {
  const command = [resolve('dist/cli.js'), 'train', join(folder, file), '--root', folder, '--quiet'];
  await promisify(execFile)(process.execPath, command);
}

/** The model in the status bar. */
function model(page: Page, name: string) {
  return page.locator('[id$="textclf.model"]', { hasText: name });
}

function predictSelection(page: Page): Promise<void> {
  return page.keyboard.press('Control+Alt+P');
}

async function decorations(page: Page, expected: unknown[]): Promise<void> {
  await vi.waitFor(async () => expect(await decorationTexts(page)).toEqual(expected), { timeout: 20_000 });
}

/** The lines of the editor in front, once it has some. */
async function lines(page: Page): Promise<string[]> {
  const shown = page.locator('.editor-group-container.active .view-line');
  await shown.nth(1).waitFor();
  return (await shown.allInnerTexts()).map((line) => line.replaceAll('\u00a0', ' '));
}
