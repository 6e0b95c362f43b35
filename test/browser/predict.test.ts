/** Predictions as a person sees them: behind selected text, behind examples, while typing, and of a file. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it, vi } from 'vitest';
import { suiteWorkspace } from '../extension/workspace';
import {
  codeLens,
  decorationTexts,
  goToLine,
  notification,
  openFile,
  quickInput,
  runCommand,
  statusBarItem,
  tab,
} from '../vscode/page';
import { describeInVSCode, screenshot, useWorkbench } from '../vscode/workbench';

const texts = ['a great film', '', 'a boring film', 'great (a boring film) great'].join('\n');
const predicted = (label: string) => expect.stringMatching(new RegExp(`^${label} (> )?\\d+ %$`));

describeInVSCode('predictions', () => {
  const workbench = useWorkbench({
    ...suiteWorkspace,
    'texts.txt': `${texts}\n`,
    'other.csv': 'id,review\n1,a great film\n2,"a boring, boring film"\n',
  });

  beforeAll(async () => {
    const { folder } = workbench;
    const arguments_ = ['train', resolve(folder, 'toy.textclf.json'), '--root', folder, '--quiet'];
    await promisify(execFile)(process.execPath, [resolve('dist/cli.js'), ...arguments_]);
    await statusBarItem(workbench.page, 'toy').waitFor();
  });

  const decorations = (page: Page, expected: unknown[]) =>
    vi.waitFor(async () => expect(await decorationTexts(page)).toEqual(expected), { timeout: 20_000 });

  it('stand behind the line at the cursor until it changes', async () => {
    const { page } = workbench;
    await openFile(page, 'texts.txt');
    await goToLine(page, 1);
    await page.keyboard.press('Control+Alt+P');
    await decorations(page, [predicted('good')]);
    await statusBarItem(page, /TextClf: good/).waitFor();
    await screenshot(page, 'predict-line');
  });
});
