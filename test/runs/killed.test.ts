import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEvents } from '../../src/runs/events';
import { listRuns } from '../../src/runs/list';
import { runPaths } from '../../src/runs/paths';
import { displayStatus, readRecord } from '../../src/runs/record';
import { bundleChild, seededRandom, temporaryFolder } from './support';

const rounds = 12;
const seed = 20261122;

it(`leaves readable runs wherever a training process is killed (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const root = temporaryFolder();
  const program = await bundleChild('train-forever', join(root, 'bundle'));
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [program, root], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const [output]: Buffer[] = await once(child.stdout, 'data');
    const folder = output!.toString().trim();
    expect(displayStatus(readRecord(folder))).toBe('running');
    // The moment of death is the point here, not a wait for anything.
    await new Promise((resolve) => setTimeout(resolve, random() * 80));
    child.kill('SIGKILL');
    await exited;
    expect(child.signalCode).toBe('SIGKILL');

    const record = readRecord(folder);
    expect(record.status).toBe('running');
    expect(displayStatus(record)).toBe('interrupted');
    const { events, problems } = readEvents(runPaths(folder).events);
    expect(problems).toEqual([]);
    const steps = events.flatMap((event) => (event.type === 'batch' ? [event.step] : []));
    expect(steps).toEqual(Array.from(steps, (_, index) => index + 1));
    // The record is never ahead of the events, nor behind by more than the one under way.
    expect(steps.length).toBeGreaterThanOrEqual(record.best?.epoch ?? 0);
    expect(steps.length).toBeLessThan((record.best?.epoch ?? 0) + 20);
    const whole = readFileSync(runPaths(folder).events, 'utf8').split('\n').length - 1;
    expect(events).toHaveLength(whole);
  }
  const runs = listRuns(root);
  expect(runs).toHaveLength(rounds);
  for (const run of runs) expect(run).toMatchObject({ type: 'run', status: 'interrupted' });
});
