import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childrenOf, findRun, listRuns, removeRuns } from '../../src/runs/list';
import { runPaths, runsFolder, savedModel } from '../../src/runs/paths';
import { createRun } from '../../src/runs/run-writer';
import { newRun } from './sample';
import { humanErrorOf, temporaryFolder } from './support';

/** A run folder under a chosen id that ended, started at a chosen minute. */
function addRun(root: string, id: string, minute: number, change: object = {}): string {
  const run = createRun(newRun(root));
  run.finish('succeeded');
  const folder = join(runsFolder(root), id);
  const record = {
    ...run.record,
    id,
    startedAt: new Date(Date.UTC(2026, 10, 22, 14, minute)).toISOString(),
    ...change,
  };
  cpSync(run.folder, folder, { recursive: true });
  rmSync(run.folder, { recursive: true });
  writeFileSync(runPaths(folder).record, JSON.stringify(record));
  return folder;
}

function addModel(folder: string): void {
  mkdirSync(runPaths(folder).model);
  writeFileSync(join(runPaths(folder).model, 'config.json'), '{}');
}

const [first, second, third] = [
  '20261122-140100-imdb-lstm-00aa',
  '20261122-140200-imdb-gru-11bb',
  '20261122-140300-spam-22cc',
] as const;

function threeRuns(): string {
  const root = temporaryFolder();
  addRun(root, second, 2);
  addRun(root, third, 3);
  addRun(root, first, 1);
  return root;
}

describe('listRuns', () => {
  it('is empty without runs', () => {
    expect(listRuns(temporaryFolder())).toEqual([]);
  });

  it('lists newest first, broken folders too, but nothing hidden and no files', () => {
    const root = threeRuns();
    const broken = join(runsFolder(root), 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'run.json'), '{"schemaVersion":1,');
    utimesSync(broken, new Date(), new Date(Date.UTC(2026, 10, 22, 14, 2, 30)));
    mkdirSync(join(runsFolder(root), '.new-half'));
    writeFileSync(join(runsFolder(root), 'notes.txt'), '');
    const runs = listRuns(root);
    expect(runs.map(({ id }) => id)).toEqual([third, 'broken', second, first]);
    expect(runs[0]).toMatchObject({ type: 'run', status: 'succeeded', hasModel: false });
    const [, brokenRun] = runs;
    if (brokenRun?.type !== 'broken') throw new Error('It is not listed as broken.');
    expect(brokenRun.problem.place?.file).toBe(join(broken, 'run.json'));
  });
});

describe('findRun', () => {
  it('takes the newest run that has a model as the latest', () => {
    const root = threeRuns();
    expect(humanErrorOf(() => findRun(root, 'latest')).hint).toContain('textclf train');
    addModel(join(runsFolder(root), first));
    addModel(join(runsFolder(root), second));
    mkdirSync(runPaths(join(runsFolder(root), third)).model);
    expect(findRun(root, 'latest')).toMatchObject({ id: second, hasModel: true });
  });

  it('takes a search as the latest, not its last trial', () => {
    const root = threeRuns();
    addModel(join(runsFolder(root), first));
    addModel(addRun(root, 'trial', 4, { parent: { id: first, index: 1, label: 'trial 1' } }));
    expect(findRun(root, 'latest').id).toBe(first);
    expect(findRun(root, 'trial').id).toBe('trial');
  });

  it('finds the old model of a run that was killed while a new one took its place', () => {
    const root = threeRuns();
    const folder = join(runsFolder(root), second);
    const { model } = runPaths(folder);
    expect(savedModel(folder)).toBeUndefined();
    addModel(folder);
    renameSync(model, `${model}.old`);
    mkdirSync(`${model}.new`);
    expect(savedModel(folder)).toBe(`${model}.old`);
    expect(findRun(root, 'latest')).toMatchObject({ id: second, hasModel: true });
    addModel(folder);
    expect(savedModel(folder)).toBe(model);
  });

  it('takes an id, the beginning of one, or a folder', () => {
    const root = threeRuns();
    expect(findRun(root, first).id).toBe(first);
    expect(findRun(root, '20261122-1402').id).toBe(second);
    expect(findRun(root, join(runsFolder(root), third)).id).toBe(third);
    const elsewhere = temporaryFolder();
    const moved = addRun(elsewhere, 'moved', 1);
    expect(findRun(root, moved)).toMatchObject({ id: 'moved', folder: moved });
  });

  it('prefers the exact id to longer ones that begin so', () => {
    const root = threeRuns();
    addRun(root, `${first}-copy`, 9);
    expect(findRun(root, first).id).toBe(first);
  });

  it('asks for more where several begin so', () => {
    const error = humanErrorOf(() => findRun(threeRuns(), '20261122'));
    expect(error.message).toContain('3 runs');
    for (const id of [first, second, third]) expect(error.hint).toContain(id);
  });

  it.each([
    { reference: 'imdb-gru', nearest: second },
    { reference: '20261122-140300-spam-22cd', nearest: third },
    { reference: 'LSTM', nearest: first },
  ])('names the nearest id for $reference', ({ reference, nearest }) => {
    const error = humanErrorOf(() => findRun(threeRuns(), reference));
    expect(error.message).toContain(reference);
    expect(error.hint).toMatch(new RegExp(`^Did you mean ${nearest}`));
  });

  it.each(['', 'anything', '..'])('finds nothing for "%s" where there is nothing', (reference) => {
    expect(humanErrorOf(() => findRun(temporaryFolder(), reference)).hint).toContain('no runs yet');
  });

  it('says what is wrong with a broken run', () => {
    const root = threeRuns();
    writeFileSync(runPaths(join(runsFolder(root), first)).record, '');
    expect(humanErrorOf(() => findRun(root, first)).place?.file).toBe(
      runPaths(join(runsFolder(root), first)).record,
    );
  });
});

describe('removeRuns', () => {
  it('removes one run with all that is in it, and only that', () => {
    const root = threeRuns();
    addModel(join(runsFolder(root), second));
    mkdirSync(join(runsFolder(root), '.removed-cut-off', 'model'), { recursive: true });
    expect(removeRuns(root, ['20261122-1402'])).toEqual([second]);
    expect(readdirSync(runsFolder(root)).sort()).toEqual([first, third]);
  });

  it('removes a broken run', () => {
    const root = threeRuns();
    rmSync(runPaths(join(runsFolder(root), first)).record);
    expect(removeRuns(root, [first])).toEqual([first]);
    expect(listRuns(root)).toHaveLength(2);
  });

  it('keeps a run whose living process was silent for some minutes, but not for ever', () => {
    const root = temporaryFolder();
    const silentFor = (minutes: number, pid: number) => ({
      status: 'running',
      pid,
      heartbeat: new Date(Date.now() - minutes * 60_000).toISOString(),
    });
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    addRun(root, first, 1, silentFor(5, process.pid));
    addRun(root, second, 2, silentFor(11, process.pid));
    addRun(root, third, 3, silentFor(5, gone));
    expect(listRuns(root)).toMatchObject(Array(3).fill({ status: 'interrupted' }));
    expect(humanErrorOf(() => removeRuns(root, [first])).message).toContain('still running');
    expect(removeRuns(root, [second, third])).toEqual([second, third]);
    expect(readdirSync(runsFolder(root))).toEqual([first]);
  });

  it('removes none where one of them cannot be', () => {
    const root = threeRuns();
    expect(humanErrorOf(() => removeRuns(root, [first, 'no-such-run'])).message).toContain('no-such-run');
    expect(listRuns(root)).toHaveLength(3);
    expect(removeRuns(root, [first, third])).toEqual([first, third]);
    expect(listRuns(root).map(({ id }) => id)).toEqual([second]);
  });

  it('keeps a run that is running', () => {
    const root = temporaryFolder();
    const run = createRun(newRun(root));
    run.update({ status: 'running' });
    const error = humanErrorOf(() => removeRuns(root, [run.id]));
    expect(error.message).toContain('still running');
    expect(existsSync(run.folder)).toBe(true);
    run.finish('stopped');
    removeRuns(root, [run.id]);
    expect(readdirSync(runsFolder(root))).toEqual([]);
  });

  it('removes all runs of a search with it, and a trial alone', () => {
    const root = threeRuns();
    const trials = [1, 2, 3].map((index) => {
      const id = `20261122-140${9 - index}00-trial-${index}`;
      addRun(root, id, 9 - index, { parent: { id: second, index, label: `trial ${index}` } });
      return id;
    });
    expect(childrenOf(second, listRuns(root)).map(({ id }) => id)).toEqual(trials);
    expect(removeRuns(root, [trials[1]!])).toEqual([trials[1]]);
    expect(removeRuns(root, [second, trials[2]!])).toEqual([trials[0], trials[2], second]);
    expect(readdirSync(runsFolder(root)).sort()).toEqual([first, third]);
  });

  it('keeps a search while one of its runs goes on', () => {
    const root = temporaryFolder();
    addRun(root, first, 1);
    const going = { status: 'running', pid: process.pid, heartbeat: new Date().toISOString() };
    addRun(root, second, 2, { ...going, parent: { id: first, index: 1, label: 'trial 1' } });
    expect(humanErrorOf(() => removeRuns(root, [first])).message).toContain(`${second} is still running`);
    expect(listRuns(root)).toHaveLength(2);
  });

  it.each(['..', '../..', '.', '', 'latest', '/', 'no-such-run'])('removes nothing for "%s"', (reference) => {
    const root = threeRuns();
    expect(humanErrorOf(() => removeRuns(root, [reference])).message).toContain('no run');
    expect(readdirSync(runsFolder(root))).toHaveLength(3);
  });
});
