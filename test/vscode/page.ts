/**
 * VS Code's window as a person meets it: what to press, and where to look. All of them wait for what they need,
 * for as long as the page's default timeout.
 */
import type { FrameLocator, Locator, Page } from 'playwright-core';

/** Opens a file by its path in the workspace, or a part of the path that no other file has. */
export async function openFile(page: Page, path: string): Promise<void> {
  const name = path.split('/').at(-1)!;
  await chooseInQuickInput(page, 'Control+P', path, name);
  await tab(page, name).waitFor();
}

/** Runs a command by its whole title, as in the command palette: "TextClf: Train". */
export async function runCommand(page: Page, title: string): Promise<void> {
  await chooseInQuickInput(page, 'F1', `>${title}`, title);
}

/** An editor or a page that has just been loaded takes the focus, which closes the input: a person tries again. */
async function chooseInQuickInput(page: Page, key: string, text: string, expected: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await page.keyboard.press(key);
      await quickInput(page).locator('.quick-input-box input').fill(text, { timeout: 5_000 });
      await quickPick(page, expected).click({ timeout: 5_000 });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

export function quickInput(page: Page): Locator {
  return page.locator('.quick-input-widget:visible');
}

/** The first entry of the list now open whose label is this text. */
export function quickPick(page: Page, label: string): Locator {
  const labels = page.locator('.quick-input-list-entry .label-name', { hasText: exactly(label) });
  return quickInput(page).locator('.quick-input-list .monaco-list-row').filter({ has: labels }).first();
}

/** Answers an input box: "Rename Run". */
export async function answer(page: Page, text: string): Promise<void> {
  await quickInput(page).locator('.quick-input-box input').fill(text);
  await page.keyboard.press('Enter');
}

export function tab(page: Page, title: string | RegExp): Locator {
  return page.locator('.tabs-container .tab', { hasText: title }).first();
}

/** A code lens, by its whole text. For a moment two elements can be the same lens. */
export function codeLens(page: Page, text: string | RegExp): Locator {
  return page
    .locator('.codelens-decoration a', { hasText: typeof text === 'string' ? exactly(text) : text })
    .first();
}

/** The document inside the webview that is on top; `of` narrows the search to what an editor group covers. */
export function webview(page: Page): FrameLocator {
  return page
    .locator('iframe.webview.ready')
    .filter({ visible: true })
    .last()
    .contentFrame()
    .frameLocator('iframe#active-frame');
}

/** Opens a view container of the activity bar, unless it is open. */
export async function openContainer(page: Page, name: string): Promise<void> {
  const item = page.locator('.activitybar .action-item', {
    has: page.locator(`a[aria-label^="${name}"]`),
  });
  await item.first().waitFor();
  if ((await item.first().getAttribute('aria-selected')) !== 'true') await item.first().click();
}

/** A row of the side bar's trees and lists. */
export function treeRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
}

/** An action that stands on a tree row: its buttons are there only while the pointer is over it. */
export async function clickInlineAction(row: Locator, title: string): Promise<void> {
  await row.hover();
  await row.locator(`.actions .action-label[aria-label^="${title}"]`).click();
}

/** Picks from the context menu of an element. */
export async function pickFromContextMenu(page: Page, target: Locator, title: string): Promise<void> {
  await target.click({ button: 'right' });
  // The menu lives in a shadow root, which locators see through.
  const label = page.locator('.action-label', { hasText: exactly(title) });
  const item = page.locator('.monaco-menu .action-menu-item').filter({ has: label });
  // For a moment after it opened, a menu takes no clicks.
  do await item.click();
  while (!(await isGone(item)));
}

function isGone(locator: Locator): Promise<boolean> {
  return locator.waitFor({ state: 'hidden', timeout: 1_000 }).then(
    () => true,
    () => false,
  );
}

export function notification(page: Page, text: string | RegExp): Locator {
  return page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
}

/** The web's stand-in for a native dialog. */
export function dialog(page: Page): Locator {
  return page.locator('.monaco-dialog-box');
}

export function statusBarItem(page: Page, text: string | RegExp): Locator {
  return page.locator('.statusbar-item', { hasText: text }).first();
}

/** Line and column of the cursor, as the status bar says them. */
export function cursor(page: Page): Locator {
  return page.locator('[id="status.editor.selection"]');
}

/** Puts the cursor at a line (from 1) of the editor that has the focus. */
export async function goToLine(page: Page, line: number, column = 1): Promise<void> {
  await page.keyboard.press('Control+G');
  await quickInput(page).locator('.quick-input-box input').fill(`:${line}:${column}`);
  // Before that, Enter is lost.
  await quickInput(page)
    .locator('.monaco-list-row', { hasText: `line ${line}` })
    .waitFor();
  await page.keyboard.press('Enter');
  await page.locator('[id="status.editor.selection"]', { hasText: `Ln ${line}, Col ${column}` }).waitFor();
}

/** What decorations write into the visible lines of the editors: it is drawn by style sheets, not text. */
export function decorationTexts(page: Page): Promise<string[]> {
  // A script as text: types of a page's own objects are none of this side's.
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('.monaco-editor .view-line span[class*="ced-"]')]
      .flatMap((span) => ['::before', '::after'].map((part) => getComputedStyle(span, part).content))
      .filter((content) => content.startsWith('"'))
      .map((content) => JSON.parse(content))
  `);
}

/** The rows of the Problems panel, which it opens. */
export async function problems(page: Page): Promise<Locator> {
  await runCommand(page, 'Problems: Focus on Problems View');
  return page.locator('.markers-panel .monaco-list-row');
}

/** VS Code draws spaces as non-breaking ones in places. */
function exactly(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '[ \\u00a0]');
  return new RegExp(`^\\s*${escaped}\\s*$`);
}
