/** Runs the suite inside the extension host (suite/*.ts) and says of each of its tests what became of it. */
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, inject, it } from 'vitest';
import { describeLogs, startServer, workbenchUrl } from '../vscode/server';
import { connect, describeInVSCode } from '../vscode/workbench';
import { makeWorkspace, removeWorkspace } from '../vscode/workspace';
import { bundleSuite } from './bundle';
import { type Result, readResults, resultFileVariable } from './results';
import { suiteWorkspace } from './workspace';

const timeout = 240_000;
const shared = inject('vscode');
// Run while tests are collected, so that each of its tests is one here.
const results = 'unavailable' in shared ? [] : await runSuite();

describeInVSCode('in the extension host', () => {
  it('there are tests', () => expect(results).not.toEqual([]));

  for (const { test, outcome, error } of results) {
    it(test, ({ skip }) => {
      skip(outcome === 'skip');
      expect(outcome, error).toBe('pass');
    });
  }
});

/** Opens a window whose extension host runs the suite; VS Code's logs are printed where a test fails. */
async function runSuite(): Promise<Result[]> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const folder = await makeWorkspace(suiteWorkspace);
    closers.push(() => removeWorkspace(folder));
    const file = `${folder}.results`;
    closers.push(() => rm(file, { force: true }));
    const cache = `${folder}.hub`;
    closers.push(() => rm(cache, { recursive: true, force: true }));
    const environment = { [resultFileVariable]: file, HF_HUB_CACHE: cache };
    const server = await startServer({ runsTests: true, environment });
    closers.push(() => server.close());
    const page = await (await connect(closers)).newPage();
    const ended = new Promise<void>((done) => {
      void page.exposeFunction('codeAutomationExit', () => done());
      page.on('crash', () => done());
      setTimeout(done, timeout).unref();
    });
    await page.exposeFunction('codeAutomationLog', () => {});
    await page.goto(workbenchUrl(server, folder, { extension: resolve('.'), tests: await bundleSuite() }));
    await ended;
    const results = readResults(file);
    if (results.some(({ outcome }) => outcome === 'fail')) console.error(describeLogs(await server.logs()));
    return results;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
