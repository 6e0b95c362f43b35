/** What only clicks and keys prove of the runs view: focus and selection, questions, hovers, the status bar. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAnnotations } from '../../src/runs/annotations';
import { listRuns, type Run } from '../../src/runs/list';
import {
  answer,
  clickInlineAction,
  codeLens,
  dialog,
  notification,
  openContainer,
  openFile,
  pickFromContextMenu,
  quickInput,
  statusBarItem,
  tab,
  treeRow,
  webview,
} from '../vscode/page';
import { describeInVSCode, patience, screenshot, useWorkbench } from '../vscode/workbench';
import { clickable } from './experiments';

const hostile = '$(trash) <b>bold</b> [x](command:y)';

describeInVSCode('the runs view', () => {
  const workbench = useWorkbench({
    ...clickable,
    'wrong.textclf.json':
      '{ "data": { "train": "train.csv", "label": "nope" }, "model": { "type": "gru" } }\n',
    '.vscode/settings.json': '{ "textclf.openDashboardOnTrain": false }\n',
  });
  const children: ChildProcess[] = [];

  const runs = (): Run[] => listRuns(workbench.folder).filter((run) => run.type === 'run');

  /** In a terminal, of which the extension knows nothing. */
  function train(experiment: string): ChildProcess {
    const script = resolve('dist/cli.js');
    const parameters = [script, 'train', experiment, '--quiet', '--root', workbench.folder];
    const child = spawn(process.execPath, parameters, { cwd: workbench.folder, stdio: 'ignore' });
    children.push(child);
    return child;
  }

  async function trained(): Promise<void> {
    const [code] = await once(train('reviews.textclf.json'), 'exit');
    expect(code).toBe(0);
  }

  function rows(): Locator {
    return workbench.page.locator('.sidebar .monaco-list-row[aria-level="2"]');
  }

  beforeAll(async () => {
    // A folder above with runs would be taken for the workspace's.
    mkdirSync(join(workbench.folder, '.textclf', 'runs'), { recursive: true });
    await openContainer(workbench.page, 'TextClf');
  });

  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  it('says what to do where nothing was trained', async () => {
    await workbench.page.getByText('Nothing has been trained here yet.').waitFor();
  });

  it('follows what is trained in a terminal', async () => {
    const { page } = workbench;
    await trained();
    await trained();
    const succeeded = 'reviews, succeeded, 100.0 % validation accuracy, just now';
    await page.locator(`.sidebar .monaco-list-row[aria-label="${succeeded}"]`).nth(1).waitFor();
    const exit = once(train('endless.textclf.json'), 'exit');
    const live = treeRow(page, /^endless\s*epoch \d+\/100000, \d+ %/);
    await live.waitFor();
    await statusBarItem(page, /endless: epoch \d+\/100000, \d+ %/).waitFor();
    await page.locator('.activitybar .badge', { hasText: '1' }).waitFor();
    await clickInlineAction(live, 'Stop Training');
    await exit;
    await statusBarItem(page, /endless: stopped/).waitFor();
    await page.locator('.sidebar .monaco-list-row[aria-label^="endless, stopped"]').waitFor();
    expect(runs().map(({ status }) => status)).toEqual(['stopped', 'succeeded', 'succeeded']);
  });

  it('renames the run that has the focus, whichever is selected', async () => {
    const { page } = workbench;
    await rows().first().click();
    await tab(page, /endless/).waitFor();
    await treeRow(page, /^endless/).click({ position: { x: 40, y: 10 } });
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const focused = await page.locator('.sidebar .monaco-list-row.focused').getAttribute('aria-label');
    expect(focused).toMatch(/^reviews, succeeded/);
    await page.keyboard.press('F2');
    await quickInput(page).getByText('Rename Run').waitFor();
    await answer(page, hostile);
    await treeRow(page, hostile).waitFor();
    const names = runs().map(({ folder }) => readAnnotations(folder).name);
    expect(names).toEqual([undefined, hostile, undefined]);
  });

  it('shows notes and names as the text that they are', async () => {
    const { page } = workbench;
    const row = treeRow(page, hostile);
    await pickFromContextMenu(page, row, 'Edit Note of Run…');
    await answer(page, `first *line*\\n${hostile}`);
    const renamed = runs()[1]!;
    await expect.poll(() => readAnnotations(renamed.folder).note, patience).toBe(`first *line*\n${hostile}`);
    const hover = page.locator('.monaco-hover:visible', { hasText: 'Best epoch' });
    // A row that is drawn anew, as after each change, forgets that the pointer is over it.
    await expect
      .poll(async () => {
        await page.mouse.move(900, 400);
        await row.hover();
        return hover.waitFor({ timeout: 3_000 }).then(
          () => true,
          () => false,
        );
      }, patience)
      .toBe(true);
    expect(await hover.innerText()).toContain(`first *line*\n${hostile}`);
    expect(await hover.locator('b, em, a, .codicon-trash').count()).toBe(0);
    await page.mouse.move(900, 400);
  });

  it('exports a model in the form that is chosen, and asks before it replaces one', async () => {
    const { page } = workbench;
    const target = join(workbench.folder, 'trash-b-bold-b-x-command-y-model');
    const files = ['config.json', 'model.onnx', 'model.safetensors', 'tokenizer.json'];
    const exportModel = async (form = 'Whole folder') => {
      await pickFromContextMenu(page, treeRow(page, hostile), 'Export Model…');
      const choice = quickInput(page).locator('.monaco-list-row', { hasText: form });
      await choice.waitFor();
      await screenshot(page, 'export-form');
      await choice.click();
      await quickInput(page).getByRole('button', { name: 'Export Here' }).click();
    };
    await exportModel();
    await expect.poll(() => existsSync(target), patience).toBe(true);
    expect(readdirSync(target).sort()).toEqual(files);
    await notification(page, /The model of .* is in /).waitFor();
    await exportModel();
    await dialog(page)
      .getByText(/exists already/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    expect(readdirSync(target).sort()).toEqual(files);
    await exportModel('ONNX, int8');
    await notification(page, /int8: .*, accuracy .* %; fp32: /).waitFor();
    expect(existsSync(target.replace(/model$/, 'onnx-int8/model_int8.onnx'))).toBe(true);
  });

  it('tells what is going to be sent to the Hub, and sends nothing unless that is meant', async () => {
    const { page } = workbench;
    await pickFromContextMenu(page, treeRow(page, hostile), 'Push Model to the Hugging Face Hub…');
    const box = quickInput(page).locator('input');
    await expect.poll(() => box.inputValue(), patience).toBe('trash-b-bold-b-x-command-y');
    await box.fill('a b');
    await quickInput(page).getByText('A name is "organisation/name"').waitFor();
    await box.fill('club/spam');
    await page.keyboard.press('Enter');
    await quickInput(page).getByText('Only you, or the members of the organisation').waitFor();
    await page.keyboard.press('Enter');
    await dialog(page).getByText('It becomes the repository club/spam').waitFor();
    await dialog(page).getByText('model.onnx (').waitFor();
    await screenshot(page, 'push');
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  });

  it('refuses to delete a run in training', async () => {
    const { page } = workbench;
    const count = runs().length;
    const exit = once(train('endless.textclf.json'), 'exit');
    const live = treeRow(page, /^endless\s*epoch/);
    await live.waitFor();
    await live.click();
    await page.keyboard.press('Delete');
    const refusal = notification(page, /can't be deleted/);
    await refusal.waitFor();
    await refusal.getByRole('button', { name: 'Stop Training' }).click();
    await exit;
    expect(runs()).toHaveLength(count + 1);
    // Of two tests.
    await page.locator('.sidebar .monaco-list-row[aria-label^="endless, stopped"]').nth(1).waitFor();
  });

  it('kills a run that does not stop, once that is confirmed', async () => {
    const { page } = workbench;
    const child = train('endless.textclf.json');
    const exit = once(child, 'exit');
    const live = treeRow(page, /^endless\s*epoch/);
    await live.waitFor();
    child.kill('SIGSTOP');
    await clickInlineAction(live, 'Stop Training');
    const stopping = treeRow(page, /^endless\s*stopping/);
    await stopping.waitFor();
    await clickInlineAction(stopping, 'Stop Training');
    await dialog(page).getByText(`The process ${child.pid} ends at once.`, { exact: false }).waitFor();
    await dialog(page).getByRole('button', { name: 'Kill' }).click();
    expect(await exit).toEqual([null, 'SIGKILL']);
    await page.locator('.sidebar .monaco-list-row[aria-label^="endless, interrupted"]').waitFor();
  });

  it('says how a run ended whose dashboard nobody sees', async () => {
    const { page } = workbench;
    await openFile(page, 'reviews.textclf.json');
    await codeLens(page, 'Train').click();
    const success = notification(page, 'reviews is trained: 100.0 % validation accuracy.');
    await success.waitFor();
    await statusBarItem(page, 'reviews: 100.0 %').waitFor();
    await success.getByRole('button', { name: 'Open Dashboard' }).click();
    // The page takes the focus when it is there.
    await webview(page).locator('.status.succeeded').waitFor();
    await openFile(page, 'wrong.textclf.json');
    await codeLens(page, 'Train').click();
    await page.getByRole('button', { name: 'Train Anyway' }).click();
    const failure = notification(page, /train\.csv:1: wrong failed: there is no column "nope"/);
    await failure.waitFor();
    await statusBarItem(page, 'wrong: failed').waitFor();
    await failure.getByRole('button', { name: 'Open File' }).click();
    await tab(page, 'train.csv').waitFor();
  });

  it('deletes all that are selected, once that is confirmed, and is empty then', async () => {
    const { page } = workbench;
    await rows().first().click();
    await rows()
      .last()
      .click({ modifiers: ['Shift'] });
    await page.keyboard.press('Delete');
    await dialog(page).getByText(`Delete ${runs().length} runs?`).waitFor();
    expect(await dialog(page).innerText()).toContain('with a note');
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing has been trained here yet.').waitFor();
    expect(runs()).toEqual([]);
  });
});
