/**
 * The suite in desktop VS Code: npm run test:electron. It downloads that VS Code from Microsoft, so it is not part
 * of npm test.
 */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { cacheFolder } from '../vscode/install';
import { quietSettings } from '../vscode/server';
import { makeWorkspace, removeWorkspace, writeFiles } from '../vscode/workspace';
import { bundleSuite } from './bundle';
import { describeResult, readResults, resultFileVariable } from './results';
import { suiteWorkspace } from './workspace';

const workspace = await makeWorkspace(suiteWorkspace);
const user = await makeWorkspace({});
await writeFiles(user, { 'User/settings.json': JSON.stringify(quietSettings) });
const file = join(user, 'results.ndjson');
try {
  await runTests({
    cachePath: cacheFolder,
    version: process.env.VSCODE_VERSION ?? 'stable',
    extensionDevelopmentPath: resolve('.'),
    extensionTestsPath: await bundleSuite(),
    extensionTestsEnv: { [resultFileVariable]: file },
    launchArgs: [workspace, `--user-data-dir=${user}`, '--disable-extensions', '--disable-workspace-trust'],
  }).catch((error: unknown) => console.error(String(error)));
  const results = readResults(file);
  console.log(results.map(describeResult).join('\n'));
  if (results.some(({ outcome }) => outcome === 'fail')) process.exitCode = 1;
} finally {
  await removeWorkspace(workspace);
  await rm(user, { recursive: true, force: true });
}
