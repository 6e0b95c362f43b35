import { randomBytes } from 'node:crypto';
import { type Dirent, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { renameOver } from './atomic';
import { runPaths, runsFolder, savedModel } from './paths';
import {
  type DisplayStatus,
  displayStatus,
  isChild,
  mayBeRunning,
  type RunRecord,
  readRecord,
} from './record';

export interface Run {
  type: 'run';
  /** The name of the folder. */
  id: string;
  folder: string;
  record: RunRecord;
  status: DisplayStatus;
  /** Whether there is a saved model to predict with. */
  hasModel: boolean;
}

/** A run folder without a readable record. */
export interface BrokenRun {
  type: 'broken';
  id: string;
  folder: string;
  problem: HumanError;
}

export type RunSummary = Run | BrokenRun;

/** Folders on their way out, see `removeRuns`. */
const removedPrefix = '.removed-';

/** Every run of a workspace, newest first. Folders without a readable record are listed as broken. */
export function listRuns(root: string): RunSummary[] {
  return newestFirst(runIds(root).flatMap((id) => summaryOf(join(runsFolder(root), id)) ?? []));
}

export function newestFirst<Summary extends RunSummary>(runs: readonly Summary[]): Summary[] {
  return runs
    .map((run) => ({ run, time: startTime(run) }))
    .sort((a, b) => b.time - a.time || (a.run.id < b.run.id ? 1 : -1))
    .map(({ run }) => run);
}

/**
 * The run that a person means by `latest` (the newest that has a model; of a group the run that stands for all, which
 * has the best one's), by an id, by the beginning of an id that no other run shares, or by the path of a run's folder.
 *
 * @throws HumanError with the nearest ids where there is none, or where its record is broken.
 */
export function findRun(root: string, reference: string): Run {
  const runs = listRuns(root);
  if (reference === 'latest') return latestRun(runs, root);
  const known = matchId(runs, reference);
  if (known) return readable(known);
  if (existsSync(runPaths(reference).record)) return readRun(resolve(reference));
  throw noSuchRun(runs, reference);
}

/** The runs of a group, in the order in which they began. */
export function childrenOf(id: string, runs: readonly RunSummary[]): Run[] {
  return runs
    .flatMap((run) => (run.type === 'run' && run.record.parent?.id === id ? [run] : []))
    .sort((a, b) => a.record.parent!.index - b.record.parent!.index);
}

/**
 * Deletes runs, each given by its id or the beginning of it that no other run shares, and with a run that stands for
 * several all of those; returns the ids. Nothing is deleted where one of them can't be. A folder gets a hidden name
 * first, so that a half-deleted run is never listed.
 *
 * @throws HumanError where there is no such run, or where it is still running
 */
export function removeRuns(root: string, references: readonly string[]): string[] {
  const runs = listRuns(root);
  const named = new Set<RunSummary>();
  for (const reference of references) {
    const left = runs.filter((run) => !named.has(run));
    const run = matchId(left, reference);
    if (!run) throw noSuchRun(left, reference);
    named.add(run);
  }
  // The whole after its runs: a deletion that is cut off can be asked for again.
  const chosen = new Set([...named].flatMap((run) => [...childrenOf(run.id, runs), run]));
  for (const run of chosen) refuseRunning(run);
  for (const run of chosen) removeFolder(root, run);
  return [...chosen].map(({ id }) => id);
}

function refuseRunning(run: RunSummary): void {
  if (run.type === 'broken' || !mayBeRunning(run.record)) return;
  throw new HumanError(`The run ${run.id} is still running (process ${run.record.pid}).`, {
    hint: `Stop it first: Ctrl-C in its terminal, or textclf runs stop ${run.id}`,
  });
}

function removeFolder(root: string, { id, folder }: RunSummary): void {
  try {
    renameOver(folder, join(runsFolder(root), `${removedPrefix}${id}-${randomBytes(2).toString('hex')}`));
    // Takes along what an earlier removal that was cut off left behind.
    for (const entry of runEntries(root)) {
      if (!entry.name.startsWith(removedPrefix)) continue;
      rmSync(join(runsFolder(root), entry.name), { recursive: true, force: true, maxRetries: 3 });
    }
  } catch (error) {
    throw fileError('writing', folder, error);
  }
}

/** The names of the folders of runs. */
export function runIds(root: string): string[] {
  return runEntries(root)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
}

function runEntries(root: string): Dirent[] {
  const folder = runsFolder(root);
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw fileError('reading', folder, error);
  }
}

/** One run folder. Undefined where it was removed a moment ago. */
export function summaryOf(folder: string): RunSummary | undefined {
  try {
    return readRun(folder);
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    if (!existsSync(folder)) return undefined;
    return { type: 'broken', id: basename(folder), folder, problem: error };
  }
}

function readRun(folder: string): Run {
  const record = readRecord(folder);
  return {
    type: 'run',
    id: basename(folder),
    folder,
    record,
    status: displayStatus(record),
    hasModel: savedModel(folder) !== undefined,
  };
}

/** Milliseconds since 1970; for a broken run the time when its folder last changed. */
function startTime(run: RunSummary): number {
  if (run.type === 'run') return Date.parse(run.record.startedAt);
  return statSync(run.folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function latestRun(runs: RunSummary[], root: string): Run {
  for (const run of runs) if (run.type === 'run' && run.hasModel && !isChild(run.record)) return run;
  throw new HumanError(`There is no run with a trained model in ${runsFolder(root)}.`, {
    hint: 'Train one first: textclf train FILE',
  });
}

function readable(run: RunSummary): Run {
  if (run.type === 'broken') throw run.problem;
  return run;
}

/** @throws HumanError where several ids begin so. */
function matchId(runs: RunSummary[], reference: string): RunSummary | undefined {
  const exact = runs.find((run) => run.id === reference);
  if (exact) return exact;
  const starting = reference === '' ? [] : runs.filter((run) => run.id.startsWith(reference));
  if (starting.length > 1) {
    throw new HumanError(`${starting.length} runs begin with "${reference}".`, {
      hint: `Write more of the id: ${idList(starting)}`,
    });
  }
  return starting[0];
}

function noSuchRun(runs: RunSummary[], reference: string): HumanError {
  const nearest = [...runs].sort((a, b) => likeness(b.id, reference) - likeness(a.id, reference));
  return new HumanError(`There is no run "${reference}".`, {
    hint: runs.length > 0 ? `Did you mean ${idList(nearest)}?` : 'There are no runs yet: textclf train FILE',
  });
}

function idList(runs: RunSummary[]): string {
  const shown = runs.slice(0, 3).map((run) => run.id);
  return shown.join(', ') + (runs.length > shown.length ? ', …' : '');
}

/** The share of the reference's pairs of neighbouring characters that the id has too. */
function likeness(id: string, reference: string): number {
  const text = id.toLowerCase();
  const wanted = reference.toLowerCase();
  let found = 0;
  for (let at = 0; at + 1 < wanted.length; at++) if (text.includes(wanted.slice(at, at + 2))) found++;
  return found / Math.max(1, wanted.length - 1);
}
