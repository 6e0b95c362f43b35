import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunEvent } from '../../src/protocol/events';
import { curveStart } from '../../src/runs/curve';
import { followEvents } from '../../src/runs/events';
import { listRuns } from '../../src/runs/list';
import { runPaths, runsFolder } from '../../src/runs/paths';
import { RunView } from '../../src/runs/run-view';
import { createRun } from '../../src/runs/run-writer';
import { findChromium } from '../vscode/browser';
import { DashboardBrowser } from '../webview/page';
import { madeEvents, madeHeader, stateOf } from '../webview/states';

const points = 100_000;
const runs = 200;

/** Prints what a long run and a full workspace cost the extension host, which must never be held up. */
export async function measureDashboard(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'textclf-bench-'));
  try {
    await measureLongRun(root);
    measureManyRuns(root);
    await measurePage();
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function measureLongRun(root: string): Promise<void> {
  const file = join(root, 'events.ndjson');
  writeFileSync(
    file,
    `${longRun()
      .map((event) => JSON.stringify(event))
      .join('\n')}\n`,
  );
  const view = new RunView();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  await followEvents(file, ({ events }) => view.apply(events));
  const read = performance.now() - startedAt;
  delay.disable();
  const snapshot = JSON.stringify(view.curve.curve);
  const delta = view.curve.since({ ...view.curve.position, lastStep: points - 100 });
  console.log(`A run of ${points.toLocaleString('en')} batches:`);
  print('read and reduced, ms', read.toFixed(0));
  print('longest hold-up of the event loop meanwhile, ms', (delay.max / 1e6).toFixed(0));
  print('points that a page gets', String(view.curve.position.buckets));
  print('snapshot of the curve, kB', (snapshot.length / 1000).toFixed(0));
  print('delta after 100 more batches, kB', (JSON.stringify(delta).length / 1000).toFixed(1));
  const whole = timeOf(() => view.curve.since(curveStart));
  print('making the largest delta, ms', whole.toFixed(2));
}

function longRun(): RunEvent[] {
  const time = new Date(0).toISOString();
  const batches = points / 10;
  const events: RunEvent[] = [{ type: 'started', time, id: 'long', name: 'long' }];
  for (let step = 1; step <= points; step++) {
    const epoch = Math.ceil(step / batches);
    events.push({
      ...{ type: 'batch', time, epoch, epochs: 10, batch: step - (epoch - 1) * batches, batches, step },
      ...{ loss: Math.exp(-step / 20_000) + 0.1 * Math.sin(step), accuracy: 0.9, learningRate: 0.001 },
      ...{ samplesPerSecond: 1000, etaSeconds: 10 },
    });
  }
  return [...events, { type: 'finished', time, status: 'succeeded' }];
}

function measureManyRuns(root: string): void {
  const first = createRun({
    ...{ root, name: 'bench', experimentFile: join(root, 'bench.textclf.json'), experimentText: '{}' },
    ...{ model: 'lstm', seed: 1, versions: { textclf: '0', onnxruntime: '0' }, device: 'cpu', threads: 1 },
  });
  first.finish('succeeded');
  for (let i = 1; i < runs; i++) {
    const folder = join(runsFolder(root), `${first.id}-${i}`);
    mkdirSync(folder);
    cpSync(runPaths(first.folder).record, runPaths(folder).record);
  }
  const read = Math.min(...[1, 2, 3].map(() => timeOf(() => listRuns(root))));
  console.log(`${runs} runs:`);
  print('listed from the disk, ms', read.toFixed(0));
}

/** Ten messages a second, as the extension sends them, into the page of a run of 100 000 batches. */
async function measurePage(): Promise<void> {
  try {
    findChromium();
  } catch (error) {
    console.log(`The page is not measured: ${(error as Error).message}`);
    return;
  }
  const browser = await DashboardBrowser.start();
  try {
    const { page, send } = await browser.open({ width: 1000, height: 900 });
    const events = madeEvents({ classes: 10, epochs: 10, batches: points / 10 });
    const view = new RunView();
    view.apply(events.slice(0, -pageMessages * 200));
    const startedAt = performance.now();
    await send({ type: 'snapshot', state: stateOf(view, madeHeader(view), {}) });
    await page.locator('textclf-chart canvas').first().waitFor();
    await page.evaluate(nextFrame);
    const drawn = performance.now() - startedAt;
    const idle = await page.evaluate<number[]>(frameTimes(2));
    const busy = page.evaluate<number[]>(frameTimes(pageMessages / 10));
    for (let i = pageMessages; i > 0; i--) {
      const { position } = view;
      view.apply(events.slice(-i * 200, i === 1 ? undefined : -(i - 1) * 200));
      await send({ type: 'delta', changed: { header: madeHeader(view) }, ...view.since(position) });
      await new Promise((done) => setTimeout(done, 100));
    }
    console.log(`Its page, in ${browser.browser.version()} without a graphics card:`);
    print('from the snapshot to the drawn page, ms', drawn.toFixed(0));
    printFrames('idle', idle);
    printFrames('at 10 messages a second', await busy);
  } finally {
    await browser.close();
  }
}

const pageMessages = 50;
const nextFrame = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

/** A script for the page: the times between its frames, in milliseconds. */
function frameTimes(seconds: number): string {
  return `new Promise((done) => {
    const times = [];
    let last = performance.now();
    const end = last + ${1000 * seconds};
    const frame = (now) => {
      times.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame);
      else done(times);
    };
    requestAnimationFrame(frame);
  })`;
}

function printFrames(when: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(0);
  print(`frame ${when}, ms: median, 95th of 100, longest`, `${at(0.5)}, ${at(0.95)}, ${at(1)}`);
}

function timeOf(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function print(name: string, value: string): void {
  console.log(`  ${name.padEnd(66)} ${value.padStart(12)}`);
}
