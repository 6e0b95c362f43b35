/**
 * Once before the tests that need VS Code: installs it, starts a browser and a server with this checkout's
 * extension. Where that can't be had, the tests are skipped in so many words, or fail where CI is set.
 */
import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startBrowser } from './browser';
import { installVSCode, Unavailable } from './install';
import { type Server, startServer } from './server';

/** What test files get. `browser` is the address that playwright connects to. */
export type Shared =
  | { readonly url: string; readonly folder: string; readonly browser: string; readonly hasOutput: boolean }
  | { readonly unavailable: string };

declare module 'vitest' {
  export interface ProvidedContext {
    vscode: Shared;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const { withoutOutput } = await installVSCode();
    if (withoutOutput)
      console.error(`VS Code's Output panel is empty here, and not tested: ${withoutOutput}`);
    const browser = await startBrowser();
    const server = await startServer({ extensions: [resolve('.')] }).catch(async (error: unknown) => {
      await browser.close();
      throw error;
    });
    project.provide('vscode', {
      url: server.url,
      folder: server.folder,
      browser: browser.wsEndpoint(),
      hasOutput: withoutOutput === undefined,
    });
    return () => close(browser, server);
  } catch (error) {
    if (!(error instanceof Unavailable) || process.env.CI) throw error;
    project.provide('vscode', { unavailable: error.message });
    // At the end again, where it is the last thing to be read.
    sayNotRun(error.message);
    return async () => sayNotRun(error.message);
  }
}

async function close(browser: { close(): Promise<void> }, server: Server): Promise<void> {
  await browser.close();
  await server.close();
}

function sayNotRun(reason: string): void {
  console.error(`\n!!! THE TESTS IN A REAL VS CODE WERE NOT RUN: ${reason}\n`);
}
