/** A VS Code window for a test file: opened before its tests, photographed and its logs shown where one fails. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, inject } from 'vitest';
import { cacheFolder } from './install';
import { runCommand } from './page';
import { describeLogs, readLogs, type ServerOptions, startServer, workbenchUrl } from './server';
import { type Files, makeWorkspace, removeWorkspace } from './workspace';

export interface Workbench {
  readonly page: Page;
  /** The workspace folder that is open. */
  readonly folder: string;
  /** Reloads the window, with the editors that are open. */
  reload(): Promise<void>;
}

export interface WorkbenchOptions {
  /** A server of the test file's own instead of the one that all share. */
  readonly server?: () => ServerOptions | Promise<ServerOptions>;
}

/** How long, and how often, a test looks for what is to come. */
export const patience = { timeout: 30_000, interval: 100 };

const shared = inject('vscode');

/** A `describe` that is skipped where VS Code can't be had; setup.ts has said so. */
export const describeInVSCode = describe.skipIf('unavailable' in shared);

/** For `it.skipIf` around tests of output channels (install.ts says where there are none). */
export const hasOutputPanel = 'hasOutput' in shared && shared.hasOutput;

/** To be called inside describeInVSCode. The result may be used in tests and hooks, not before. */
export function useWorkbench(files: Files, options: WorkbenchOptions = {}): Workbench {
  let state: { page: Page; folder: string; home: string } | undefined;
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const folder = await makeWorkspace(files);
    closers.push(() => removeWorkspace(folder));
    const server = await serverOf(options, closers);
    const browser = await connect(closers);
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(30_000);
    state = { page, folder, home: server.folder };
    await page.goto(workbenchUrl(server, folder));
    await isReady(page);
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && state) await tell(task.name, state.page, state.home);
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const current = () => state ?? fail();
  return {
    get page() {
      return current().page;
    },
    get folder() {
      return current().folder;
    },
    async reload() {
      const { page } = current();
      // Not page.reload(): VS Code would have no time to store which editors are open.
      const loaded = page.waitForEvent('load');
      await runCommand(page, 'Developer: Reload Window');
      await loaded;
      await isReady(page);
    },
  };
}

/** Opens the browser that all test files share. */
export async function connect(closers: (() => Promise<unknown>)[]): Promise<Browser> {
  if ('unavailable' in shared) throw new Error(shared.unavailable);
  const browser = await chromium.connect(shared.browser);
  closers.push(() => browser.close());
  return browser;
}

/** A screenshot for a look with the eyes: light, dark or high contrast. The answer is its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = join(cacheFolder, 'screenshots');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name.replace(/[^\w-]+/g, '-').slice(0, 100)}.png`);
  await page.screenshot({ path });
  return path;
}

async function serverOf({ server }: WorkbenchOptions, closers: (() => Promise<unknown>)[]) {
  if ('unavailable' in shared) throw new Error(shared.unavailable);
  if (!server) return shared;
  const own = await startServer(await server());
  closers.push(() => own.close());
  return own;
}

/** The explorer shows the folder's files last of all that a window opens with. */
async function isReady(page: Page): Promise<void> {
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  await page.locator('.statusbar-item').first().waitFor({ timeout: 60_000 });
}

/** Printed rather than thrown: the test has failed already. */
async function tell(test: string, page: Page, home: string): Promise<void> {
  const path = await screenshot(page, `failed-${test}`).catch((error: unknown) => String(error));
  console.error(`The window when "${test}" failed: ${path}`);
  console.error(describeLogs(await readLogs(home)));
}

function fail(): never {
  throw new Error('The window is not open yet: use it in tests and hooks.');
}
