/** Installs the package that people get and trains with it: what was left out of it shows here. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { suiteWorkspace } from '../extension/workspace';
import { cacheFolder } from '../vscode/install';
import { codeLens, openFile, webview } from '../vscode/page';
import { describeInVSCode, useWorkbench } from '../vscode/workbench';

describeInVSCode('the package', () => {
  const workbench = useWorkbench(suiteWorkspace, { server: () => ({ packages: [makePackage()] }) });

  it('is under 40 MB', () => {
    expect(statSync(packages()[0]!).size).toBeLessThan(40e6);
  });

  it('trains, and shows it', async () => {
    const { page, folder } = workbench;
    await openFile(page, 'toy.textclf.json');
    await codeLens(page, 'Train').click();
    await webview(page).locator('body', { hasText: 'toy' }).waitFor();
    await expect.poll(() => statusesOfRuns(folder), { timeout: 60_000 }).toEqual(['succeeded']);
  });
});

const output = join(cacheFolder, 'package');

/** Packs what the build made: for this machine, since no target is named. */
function makePackage(): string {
  rmSync(output, { recursive: true, force: true });
  execFileSync(process.execPath, ['scripts/package.mjs', '--out', output], { stdio: 'pipe' });
  return packages()[0]!;
}

function packages(): string[] {
  return readdirSync(output).map((name) => join(output, name));
}

function statusesOfRuns(folder: string): string[] {
  const runs = join(folder, '.textclf/runs');
  try {
    return readdirSync(runs).map((id) => JSON.parse(readFileSync(join(runs, id, 'run.json'), 'utf8')).status);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
