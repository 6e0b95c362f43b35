import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import { readEvents } from '../../src/runs/events';
import { childrenOf, listRuns, type Run } from '../../src/runs/list';
import { runPaths, savedModel } from '../../src/runs/paths';
import { RunView } from '../../src/runs/run-view';
import { finished, jsonLines, mails, quickExperiment, start, textclf, workspace } from './support';

const place = workspace();
place.write('train.csv', mails(90));
place.write('test.csv', mails(30));
const quick = JSON.parse(quickExperiment()) as Record<string, object>;
place.write(
  'search.textclf.json',
  `// Which rate?\n${JSON.stringify({
    ...quick,
    search: { strategy: 'grid', options: { 'training.optimizer.learningRate': [1e-6, 0.03] } },
  })}`,
);
place.write(
  'folds.textclf.json',
  JSON.stringify({ ...quick, data: { train: 'train.csv', validation: { folds: 2 } } }),
);
place.write(
  'long.textclf.json',
  JSON.stringify({
    ...quick,
    training: { epochs: 1_000_000, batchSize: 4 },
    search: { options: { 'model.hiddenSize': { from: 2, to: 60 } } },
  }),
);

const command = (...args: string[]) => textclf(args, { cwd: place.folder });

async function json(...args: string[]): Promise<unknown[]> {
  const { code, stdout, stderr } = await command(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return jsonLines(stdout);
}

function runs(): Run[] {
  return listRuns(place.folder).filter((run): run is Run => run.type === 'run');
}

function newestGroup() {
  const whole = runs().find(({ record }) => record.group)!;
  return { whole, children: childrenOf(whole.id, runs()) };
}

async function until<Found>(look: () => Found | undefined): Promise<Found> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts the long search and waits until its first trial has finished an epoch. */
async function startLongSearch() {
  const before = new Set(runs().map(({ id }) => id));
  const child = start(['train', 'long.textclf.json'], { cwd: place.folder });
  const ended = finished(child);
  const [whole, trial] = await until(() => {
    const fresh = runs().filter(({ id }) => !before.has(id));
    const trained = fresh.find(({ record, hasModel }) => record.parent && record.last && hasModel);
    const parent = fresh.find(({ record }) => record.group);
    return trained && parent ? ([parent, trained] as const) : undefined;
  });
  return { child, ended, whole, trial };
}

describe('a search in a terminal', async () => {
  const trained = await command('train', 'search.textclf.json');
  const { whole, children } = newestGroup();

  it('prints its plan, a line for each trial, the table and what to do with the best', () => {
    expect({ code: trained.code, stderr: trained.stderr }).toEqual({ code: 0, stderr: '' });
    const parts = [
      /^search {2}.*\n\nSearch {2}2 trials, the best by validation accuracy\n {2}Tries training\.optimizer\.learningRate\n/,
      /\n {2}trial 1 .* best so far {2}learningRate 0\.000001\n(.*\n)* {2}trial 2 .* learningRate 0\.03\n/,
      /\nTrials {2}by validation accuracy\n {2}Run .* learningRate {2}Status {2}Folder\n {2}trial 2 .* best /,
      new RegExp(`\nMake it the experiment: textclf runs adopt ${children[1]!.id} --write\n`),
      new RegExp(`\nFinished in .*\nRun folder: \\.textclf/runs/${whole.id}\nTry it: `),
    ];
    for (const part of parts) expect(trained.stdout).toMatch(part);
    expect(trained.stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('is what "latest" predicts with', async () => {
    const [prediction] = await json('predict', '--run', 'latest', 'Claim your free prize');
    expect(prediction).toMatchObject({ label: 'spam' });
    expect(savedModel(whole.folder)).toBeDefined();
    // The trial that began last is not the newest run to a person.
    expect((await command('runs', 'show', 'latest')).stdout).toContain(whole.id);
    const [evaluation] = await json('evaluate');
    expect(evaluation).toMatchObject({ model: runPaths(whole.folder).model, rows: 30 });
  });

  it('is one line of the list, its trials below it where they are asked for', async () => {
    const lines = (await command('runs')).stdout.split('\n').filter((line) => line.includes('-search-'));
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${whole.id} {2}search, 2 trials {2}succeeded`)),
    ]);
    const all = (await command('runs', 'ls', '--all')).stdout
      .split('\n')
      .filter((line) => line.includes('-search-'));
    expect(all).toEqual([
      expect.stringContaining(whole.id),
      expect.stringMatching(new RegExp(`^ {2}${children[0]!.id} {2}trial 1 `)),
      expect.stringMatching(new RegExp(`^ {2}${children[1]!.id} {2}trial 2 `)),
    ]);
    const [listed] = (await json('runs')) as [{ id: string; parent?: object; group?: object }[]];
    expect(listed.find(({ id }) => id === whole.id)!.group).toEqual({ kind: 'search', planned: 2 });
    expect(listed.find(({ id }) => id === children[1]!.id)!.parent).toMatchObject({ id: whole.id, index: 2 });
  });

  it('is shown with the table of its trials', async () => {
    const { stdout } = await command('runs', 'show', whole.id);
    expect(stdout).toMatch(/\n {2}Status +succeeded\n/);
    expect(stdout).toMatch(/\n {2}Best run +[\d.]+% validation\.accuracy\n/);
    const trial = (await command('runs', 'show', children[1]!.id)).stdout;
    expect(trial).toContain(`Part of      ${whole.id}, as trial 2\n`);
    expect(stdout).toMatch(/\nTrials {2}by .*\n.*\n {2}trial 2 .*\n {2}trial 1 .*\n\nBest: trial 2/);
    expect(stdout.match(/trial 1/g)).toHaveLength(1);
  });

  it('has trials whose settings can be written into the file', async () => {
    const file = place.path('search.textclf.json');
    const before = readFileSync(file, 'utf8');
    const printed = (await command('runs', 'adopt', children[0]!.id)).stdout;
    expect(parseExperiment(printed, file).experiment).toMatchObject({
      search: null,
      training: { optimizer: { learningRate: 1e-6 } },
    });
    expect(readFileSync(file, 'utf8')).toBe(before);

    const { code, stdout } = await command('runs', 'adopt', whole.id, '--write');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'wrote the settings of trial 2 into search.textclf.json\n',
    });
    const after = readFileSync(file, 'utf8');
    expect(after).toMatch(/^\/\/ Which rate\?\n/);
    const { experiment } = parseExperiment(after, file);
    expect({ ...experiment, name: 'search trial 2' }).toEqual(
      parseExperiment(readFileSync(runPaths(children[1]!.folder).experiment, 'utf8'), 'x.json').experiment,
    );
    place.write('search.textclf.json', before);
    expect((await command('runs', 'adopt', children[0]!.id, '--keep-search')).stdout).toContain('"search"');
  });

  it('goes with all its trials', async () => {
    const [removed] = await json('runs', 'rm', whole.id);
    expect(removed).toEqual({ removed: [...children.map(({ id }) => id), whole.id] });
    expect(runs().filter(({ id }) => id.includes('-search-'))).toEqual([]);
  });
});

describe('with --json', () => {
  it("the runs' own events have the id of theirs", async () => {
    const events = (await json('train', 'search.textclf.json')) as { run?: string; type: string }[];
    const { whole, children } = newestGroup();
    for (const run of [undefined, ...children.map(({ id }) => id)]) {
      const folder = run === undefined ? whole.folder : children.find(({ id }) => id === run)!.folder;
      const recorded = jsonLines(readFileSync(runPaths(folder).events, 'utf8'));
      const told = events.filter((event) => event.run === run).map(({ run: _, ...event }) => event);
      expect(told).toEqual(recorded);
    }
    expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'succeeded' });
  });
});

describe('textclf check', () => {
  it.each([
    ['search.textclf.json', 'searches a grid: 2 trials', { kind: 'search', planned: 2 }],
    ['folds.textclf.json', 'cross-validates with 2 folds', { kind: 'folds', planned: 2 }],
    ['long.textclf.json', 'searches at random: 20 trials', { kind: 'search', planned: 20 }],
  ])('tells how many runs %s makes', async (file, line, runs) => {
    expect((await command('check', file)).stdout).toContain(`\n${line}\n`);
    expect(await json('check', file)).toMatchObject([{ ok: true, runs }]);
  });
});

describe('cross-validation in a terminal', () => {
  it('ends with the mean and the deviation', async () => {
    const { code, stdout } = await command('train', 'folds.textclf.json');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\nMean ± deviation {2}over 2 runs that succeeded\n +validation\n {2}accuracy +[\d.]+% ± [\d.]+%\n/,
    );
    const { children } = newestGroup();
    const refused = await command('runs', 'adopt', children[0]!.id);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('no trial of a search');
  });
});

describe('a search that is ended from outside', () => {
  it('by Ctrl-C stops after the batch at hand, with a summary', async () => {
    const { child, ended, whole, trial } = await startLongSearch();
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/ {2}trial 1 .*\n(.*\n)*Stopped after /);
    const statuses = new Map(runs().map(({ id, status }) => [id, status]));
    expect([statuses.get(whole.id), statuses.get(trial.id)]).toEqual(['stopped', 'stopped']);
    expect(readEvents(runPaths(whole.folder).events).events.at(-2)).toMatchObject({
      type: 'summary',
      best: { id: trial.id },
    });
  });

  it('by "runs stop" does the same, and of one trial only that one', async () => {
    const { ended, whole, trial } = await startLongSearch();
    await command('runs', 'stop', trial.id);
    const second = await until(() =>
      childrenOf(whole.id, runs()).find(({ record }) => record.parent!.index === 2 && record.last),
    );
    expect(runs().find(({ id }) => id === trial.id)!.status).toBe('stopped');
    expect(runs().find(({ id }) => id === whole.id)!.status).toBe('running');
    expect((await command('runs', 'rm', whole.id)).stderr).toContain('is still running');
    await command('runs', 'stop', whole.id);
    expect((await ended).code).toBe(0);
    expect(runs().find(({ id }) => id === second.id)!.status).toBe('stopped');
    expect(runs().find(({ id }) => id === whole.id)!.status).toBe('stopped');
    expect(existsSync(runPaths(whole.folder).stop)).toBe(false);
  });

  it('by a kill leaves all of it readable', async () => {
    const { child, ended, whole, trial } = await startLongSearch();
    child.kill('SIGKILL');
    await ended;
    const statuses = new Map(runs().map(({ id, status }) => [id, status]));
    expect([statuses.get(whole.id), statuses.get(trial.id)]).toEqual(['interrupted', 'interrupted']);
    const view = new RunView();
    view.apply(readEvents(runPaths(whole.folder).events).events);
    expect(view.group).toMatchObject({
      kind: 'search',
      trials: [{ id: trial.id, status: 'running' }],
      summary: null,
    });
    expect((await command('runs', 'show', whole.id)).stdout).toMatch(/ {2}trial 1 .* running/);
    expect(await json('predict', '--run', trial.id, 'free prize')).toHaveLength(1);
    expect((await command('runs', 'rm', whole.id)).code).toBe(0);
    expect(runs().some(({ id }) => id === trial.id)).toBe(false);
  });
});
