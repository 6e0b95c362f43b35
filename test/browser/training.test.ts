/** What a person does with the extension, from the click on Train to the deleted run. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listRuns, type Run } from '../../src/runs/list';
import {
  codeLens,
  cursor,
  decorationTexts,
  dialog,
  goToLine,
  openContainer,
  openFile,
  pickFromContextMenu,
  statusBarItem,
  tab,
  treeRow,
  webview,
} from '../vscode/page';
import { describeInVSCode, patience, useWorkbench } from '../vscode/workbench';
import { clickable, mislabelledLine } from './experiments';

describeInVSCode('a person who trains', () => {
  const workbench = useWorkbench(clickable);
  const runs = (): Run[] => listRuns(workbench.folder).filter((run) => run.type === 'run');
  const newestOf = (experiment: string) =>
    runs().find(({ record }) => record.experimentFile === join(workbench.folder, experiment));

  it('clicks Train, and the dashboard beside the editor goes on to the end', async () => {
    const { page } = workbench;
    await openFile(page, 'reviews.textclf.json');
    await codeLens(page, 'Train').click();
    await webview(page).locator('.status.succeeded').waitFor();
    await tab(page, /✓ reviews/).waitFor();
    const [run] = runs();
    expect(run?.status).toBe('succeeded');
    expect(await webview(page).locator('textclf-chart canvas').count()).toBeGreaterThanOrEqual(2);
    await codeLens(page, /^best: 100\.0 % validation accuracy, 1 run$/).waitFor();
  });

  it('clicks a cell of the confusion matrix, then a text, and lands on its line', async () => {
    const { page } = workbench;
    const dashboard = webview(page);
    await dashboard.getByRole('tab', { name: 'Evaluation' }).click();
    await dashboard.getByRole('button', { name: /^truth bad, predicted good/ }).click();
    const row = dashboard.locator('.row-list li');
    await row.filter({ hasText: 'mislabelled' }).waitFor();
    expect(await row.count()).toBe(1);
    await row.locator('a.place').click();
    await tab(page, 'test.csv').waitFor();
    await cursor(page)
      .filter({ hasText: `Ln ${mislabelledLine},` })
      .waitFor();
  });

  it('sees the classes of the examples behind them', async () => {
    const { page } = workbench;
    await openFile(page, 'reviews.textclf.json');
    await codeLens(page, 'Predict').click();
    await expect
      .poll(() => decorationTexts(page), patience)
      .toEqual([expect.stringMatching(/good\s\d+\s%/), expect.stringMatching(/bad\s\d+\s%/)]);
  });

  it('selects text in another file, and sees its class', async () => {
    const { page } = workbench;
    await openFile(page, 'notes.txt');
    await goToLine(page, 2);
    await page.keyboard.press('Shift+End');
    await page.keyboard.press('Control+Alt+P');
    await expect
      .poll(() => decorationTexts(page), patience)
      .toContainEqual(expect.stringMatching(/bad\s\d+\s%/));
    // It stands until the text changes.
    await page.keyboard.press('End');
    await page.keyboard.type('!');
    await expect.poll(() => decorationTexts(page), patience).toEqual([]);
  });

  it('stops a run, which keeps its best model', async () => {
    const { page } = workbench;
    await openFile(page, 'endless.textclf.json');
    await codeLens(page, 'Train').click();
    await codeLens(page, /^\s*epoch \d+\/100000, \d+ %$/).waitFor();
    await statusBarItem(page, /endless: epoch/).waitFor();
    await codeLens(page, 'Stop').click();
    await webview(page).locator('.status.stopped').waitFor();
    expect(newestOf('endless.textclf.json')).toMatchObject({ status: 'stopped', hasModel: true });
  });

  it('queues a second training, and takes it back', async () => {
    const { page } = workbench;
    await codeLens(page, 'Train').click();
    await codeLens(page, /^\s*epoch /).waitFor();
    await openFile(page, 'reviews.textclf.json');
    await codeLens(page, 'Train').click();
    await codeLens(page, /^\s*Queued/).click();
    await codeLens(page, 'Train').waitFor();
    expect(runs().filter(({ record }) => record.name === 'reviews')).toHaveLength(1);
  });

  it('reloads the window, and the run and its dashboard go on', async () => {
    const { page } = workbench;
    const before = newestOf('endless.textclf.json')!;
    expect(before.status).toBe('running');
    await workbench.reload();
    await openFile(page, 'endless.textclf.json');
    await codeLens(page, /^\s*epoch /).waitFor();
    const steps = async () =>
      Number(((await webview(page).locator('.progress-text').textContent()) ?? '').match(/epoch (\d+)/)?.[1]);
    await tab(page, /▶ \d+ % endless/).waitFor();
    await expect.poll(steps, patience).toBeGreaterThan(0);
    const seen = await steps();
    await expect.poll(steps, patience).toBeGreaterThan(seen);
    expect(newestOf('endless.textclf.json')).toMatchObject({
      id: before.id,
      record: { pid: before.record.pid },
    });
    await codeLens(page, 'Stop').click();
    await webview(page).locator('.status.stopped').waitFor();
  });

  it('deletes a run in the runs view', async () => {
    const { page } = workbench;
    const count = runs().length;
    await openContainer(page, 'TextClf');
    const row = treeRow(page, /100\.0\s%/);
    await row.waitFor();
    await pickFromContextMenu(page, row, 'Delete Run');
    await dialog(page)
      .getByRole('button', { name: /Delete/ })
      .click();
    await expect.poll(() => runs().length, patience).toBe(count - 1);
  });
});
