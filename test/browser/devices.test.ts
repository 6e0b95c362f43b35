/** What a person does with devices: sees them, has TensorFlow.js installed, and goes on where one has failed. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/runs/atomic';
import { listRuns, type Run } from '../../src/runs/list';
import { runPaths } from '../../src/runs/paths';
import {
  codeLens,
  dialog,
  notification,
  openContainer,
  openFile,
  quickInput,
  quickPick,
  runCommand,
  treeRow,
  webview,
} from '../vscode/page';
import { describeInVSCode, patience, screenshot, useWorkbench } from '../vscode/workbench';
import { clickable } from './experiments';

const { 'endless.textclf.json': endless, 'train.csv': train } = clickable;

describeInVSCode('devices', () => {
  const programs = mkdtempSync(join(tmpdir(), 'textclf-npm-'));
  writeNpm(join(programs, 'npm'));
  const workbench = useWorkbench(
    { 'endless.textclf.json': endless!, 'train.csv': train! },
    {
      server: () => ({
        extensions: [resolve('.')],
        environment: {
          PATH: [programs, process.env.PATH].join(delimiter),
          // As from a terminal: VS Code does not ask a shell for another PATH.
          VSCODE_CLI: '1',
          // Should it find the true npm all the same.
          npm_config_offline: 'true',
        },
        settings: { 'textclf.openDashboardOnTrain': false },
      }),
    },
  );
  afterAll(() => rmSync(programs, { recursive: true, force: true }));

  const runs = (): Run[] => listRuns(workbench.folder).filter((run) => run.type === 'run');
  const experiment = () => readFileSync(join(workbench.folder, 'endless.textclf.json'), 'utf8');

  it('are listed with what they are, or why they are not there, and are named by an experiment', async () => {
    const { page } = workbench;
    await openFile(page, 'endless.textclf.json');
    await runCommand(page, 'TextClf: Devices');
    await quickPick(page, 'Processor').waitFor();
    const rows = await quickInput(page).locator('.monaco-list-row').allInnerTexts();
    expect(rows.find((row) => row.includes('Processor'))).toMatch(/Can be used|cores? of/);
    expect(rows.find((row) => row.startsWith('TensorFlow.js on CUDA'))).toMatch(/CUDA\s+\S.{20}/);
    await screenshot(page, 'devices');
    await quickPick(page, 'Processor').click();
    await dialog(page).getByText('Have endless.textclf.json computed by the processor?').waitFor();
    await screenshot(page, 'devices-question');
    await dialog(page).getByRole('button', { name: 'Change the File' }).click();
    const written = page.locator('.monaco-editor .view-line', { hasText: '"device": "cpu"' });
    await written.waitFor();
    await runCommand(page, 'TextClf: Devices');
    await quickPick(page, 'Processor').and(page.locator('.focused')).waitFor();
    // What is chosen is what Enter chooses.
    await page.keyboard.press('Enter');
    await page.getByText('endless.textclf.json is computed by the processor already').waitFor();
    await page.keyboard.press('Control+Z');
    await written.waitFor({ state: 'detached' });
  });

  it('get TensorFlow.js from npm once its size is agreed to', async () => {
    const { page } = workbench;
    await runCommand(page, 'TextClf: Install TensorFlow Executor…');
    await quickPick(page, 'For the processor').waitFor();
    await screenshot(page, 'tensorflow-choice');
    await quickPick(page, 'For the processor').click();
    await dialog(page).getByText('npm downloads about 140 MB').waitFor();
    await screenshot(page, 'tensorflow-question');
    await dialog(page).getByRole('button', { name: 'Install' }).click();
    await notification(page, /TensorFlow\.js can be used/).waitFor();
    await screenshot(page, 'tensorflow-installed');
    await page.keyboard.press('Escape');
  });

  it('that fail leave a run that goes on on the processor', async () => {
    const { page } = workbench;
    await openFile(page, 'endless.textclf.json');
    await codeLens(page, 'Train').click();
    await expect.poll(() => runs()[0]?.record.best, patience).toBeDefined();
    const failed = runs()[0]!;
    failByDevice(failed);
    const failure = notification(page, /endless failed: The device is gone\./);
    await failure.waitFor();
    await screenshot(page, 'device-failed');
    await failure.getByRole('button', { name: 'Continue on CPU' }).click();
    await expect
      .poll(() => runs()[0]?.record, patience)
      .toMatchObject({ continues: failed.id, status: 'running', runtime: { device: 'cpu' } });
    await codeLens(page, /^\s*epoch \d+\/100000/).waitFor();
    expect(experiment()).toBe(endless);
    await codeLens(page, 'Stop').click();
    await openContainer(page, 'TextClf');
    await page.locator('.sidebar .monaco-list-row[aria-label^="endless, stopped"]').waitFor();
    await treeRow(page, /^endless\s*failed/).click();
    await webview(page).getByRole('button', { name: 'Continue on CPU' }).waitFor();
    await screenshot(page, 'device-failed-dashboard');
  });
});

/** What the watcher of a training does where a driver does not come back: it writes the end, and kills the process. */
function failByDevice({ folder, record: { pid } }: Run): void {
  process.kill(pid, 'SIGSTOP');
  const { record, events } = runPaths(folder);
  const end = {
    status: 'failed',
    failure: 'device',
    message: 'The device is gone.\n  The best model is kept.',
  };
  const time = new Date().toISOString();
  const changed = { ...JSON.parse(readFileSync(record, 'utf8')), ...end, endedAt: time };
  writeFileSync(events, `${JSON.stringify({ type: 'finished', time, ...end })}\n`, { flag: 'a' });
  writeFileAtomic(record, JSON.stringify(changed));
  process.kill(pid, 'SIGKILL');
}

/** In npm's place: TensorFlow.js's JavaScript under the name of its native package. */
function writeNpm(file: string): void {
  const require = createRequire(import.meta.url);
  const [core, cpu] = ['core', 'backend-cpu'].map((name) => require.resolve(`@tensorflow/tfjs-${name}`));
  const main = `module.exports = require(${JSON.stringify(core)}); require(${JSON.stringify(cpu)});`;
  writeFileSync(
    file,
    `#!${process.execPath}
const { mkdirSync, writeFileSync } = require('node:fs');
if (process.argv.at(-1) !== '@tensorflow/tfjs-node@4.22.0') process.exit(1);
console.log('* Downloading libtensorflow');
const home = 'node_modules/@tensorflow/tfjs-node';
mkdirSync(home, { recursive: true });
writeFileSync(home + '/package.json', '{ "version": "4.22.0", "main": "index.js" }');
writeFileSync(home + '/index.js', ${JSON.stringify(main)});
`,
  );
  chmodSync(file, 0o755);
}
