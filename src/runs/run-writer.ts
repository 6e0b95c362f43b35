import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Failure, FinishedEvent, NewRunEvent, RunEvent } from '../protocol/events';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { removeQuietly, renameOver, syncFolder, writeFileAtomic, writeFully } from './atomic';
import { runEventSchema } from './event-schema';
import { gitState } from './git-state';
import { runPaths, runsFolder, stateFolder } from './paths';
import { type RunRecord, readRecord, runRecordSchema } from './record';

const heartbeatInterval = 5_000;

/** Room for the record and the last event, given up when the disk is full. */
const reserveBytes = 64 * 1024;

export interface NewRun {
  /** The workspace folder; the run is made in its `.textclf/runs`. */
  root: string;
  name: string;
  experimentFile: string;
  /** The resolved experiment as JSON, every default spelt out. */
  experimentText: string;
  /** The type of its model. */
  model: string;
  /** Of a pretrained one. */
  encoder?: string;
  group?: RunRecord['group'];
  parent?: RunRecord['parent'];
  /** The id of the run that it goes on from. */
  continues?: string;
  seed: number;
  versions: { textclf: string; onnxruntime: string };
  device: string;
  runtime?: RunRecord['runtime'];
  threads: number;
}

/** What the training process may change in its record while it runs. */
export type RunPatch = Partial<Omit<RunRecord, 'schemaVersion' | 'id' | 'pid' | 'heartbeat' | 'startedAt'>>;

/**
 * Makes the folder of a new run, with its record (`starting`), its experiment and an empty
 * list of events. The folder appears under its name only when all of that is in it.
 * The caller emits `started` and everything after it; `onEvent` hears each event once it is written.
 *
 * @throws HumanError where the folder cannot be written.
 */
export function createRun(run: NewRun, onEvent?: (event: RunEvent) => void): RunWriter {
  const experimentFile = resolve(run.experimentFile);
  const git = gitState(dirname(experimentFile));
  const now = new Date().toISOString();
  const { id, folder } = claimFolder(run.root, run.name);
  const record: RunRecord = {
    schemaVersion: 1,
    id,
    name: run.name,
    experimentFile,
    status: 'starting',
    pid: process.pid,
    heartbeat: now,
    startedAt: now,
    git,
    model: run.model,
    ...(run.encoder === undefined ? {} : { encoder: run.encoder }),
    ...(run.group ? { group: run.group } : {}),
    ...(run.parent ? { parent: run.parent } : {}),
    ...(run.continues === undefined ? {} : { continues: run.continues }),
    seed: run.seed,
    versions: { ...run.versions, node: process.versions.node },
    device: run.device,
    ...(run.runtime ? { runtime: run.runtime } : {}),
    threads: run.threads,
  };
  const final = join(runsFolder(run.root), id);
  try {
    writeFileAtomic(runPaths(folder).experiment, run.experimentText);
    writeFileSync(runPaths(folder).events, '');
    writeFileSync(reservePath(folder), Buffer.alloc(reserveBytes, ' '));
    writeFileAtomic(runPaths(folder).record, recordText(runRecordSchema.parse(record)));
    renameOver(folder, final);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw fileError('writing', final, error);
  }
  syncFolder(runsFolder(run.root));
  return new RunWriter(final, record, onEvent);
}

/**
 * Says that a training lives whose own thread cannot at the moment: the heartbeat alone is renewed, where it was
 * silent for longer than it ever is by itself. That thread must write nothing meanwhile.
 */
export function beatFor(folder: string): void {
  const record = readRecord(folder);
  if (Date.now() - Date.parse(record.heartbeat) < 1.5 * heartbeatInterval) return;
  writeFileAtomic(runPaths(folder).record, recordText({ ...record, heartbeat: new Date().toISOString() }));
}

/** The id of a new run: sorts by time (UTC), and says its name. */
export function newRunId(name: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/g, '');
  return `${stamp}-${slug || 'run'}-${randomBytes(2).toString('hex')}`;
}

/** A new folder under a hidden name that nobody else has, and the id that it is to get. */
function claimFolder(root: string, name: string): { id: string; folder: string } {
  const runs = runsFolder(root);
  try {
    mkdirSync(runs, { recursive: true });
    const ignore = join(stateFolder(root), '.gitignore');
    if (!existsSync(ignore)) writeFileAtomic(ignore, '*\n');
    for (;;) {
      const id = newRunId(name, new Date());
      const folder = join(runs, `.new-${id}`);
      if (existsSync(folder) || existsSync(join(runs, id))) continue;
      mkdirSync(folder);
      return { id, folder };
    }
  } catch (error) {
    throw fileError('writing', runs, error);
  }
}

function recordText(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function reservePath(folder: string): string {
  return join(folder, '.reserve');
}

/**
 * The training process's hand on its run folder; the only writer of it.
 * Numbers that are not finite are refused in events, since readers could not read them.
 */
export class RunWriter {
  readonly id: string;
  readonly #eventLog: AppendFile;
  readonly #printed: AppendFile;
  readonly #heartbeat: NodeJS.Timeout;
  #record: RunRecord;
  #finished = false;

  constructor(
    readonly folder: string,
    record: RunRecord,
    private readonly onEvent?: (event: RunEvent) => void,
  ) {
    this.id = record.id;
    this.#record = record;
    this.#eventLog = new AppendFile(runPaths(folder).events);
    this.#printed = new AppendFile(runPaths(folder).log);
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatInterval);
    this.#heartbeat.unref();
  }

  get record(): Readonly<RunRecord> {
    return this.#record;
  }

  /**
   * Appends an event, stamped with the time.
   *
   * @throws HumanError where the disk is full; the file then ends with the last whole event.
   */
  emit(event: NewRunEvent): void {
    if (this.#finished) throw new Error(`The run ${this.id} is finished; it takes no ${event.type} event.`);
    const stamped = runEventSchema.parse({ ...event, time: new Date().toISOString() });
    this.#eventLog.append(`${JSON.stringify(stamped)}\n`);
    this.onEvent?.(stamped);
  }

  /** Replaces the record by one with these changes. */
  update(patch: RunPatch): void {
    if (this.#finished) throw new Error(`The run ${this.id} is finished; its record stays as it is.`);
    this.#write({ ...this.#record, ...patch });
  }

  /** Keeps a printed line. Best effort: what the disk has no room for is not worth a second error. */
  log(line: string): void {
    try {
      this.#printed.append(`${line}\n`);
    } catch (error) {
      if (!(error instanceof HumanError)) throw error;
    }
  }

  /**
   * Ends the run: the record says how, then the `finished` event, so that who reads the
   * event finds the final record. Calling it again does nothing.
   *
   * @throws HumanError where the disk is full, but never for `failed`: the error that made
   * the run fail is the one to report. After a throw, `finish('failed', …)` may be called.
   */
  finish(status: FinishedEvent['status'], message?: string, failure?: Failure): void {
    if (this.#finished) return;
    if (status === 'failed') removeQuietly(reservePath(this.folder));
    const steps = [
      () => this.#eventLog.sync(),
      () => this.#write({ ...this.#record, status, message, failure, endedAt: new Date().toISOString() }),
      () => this.emit({ type: 'finished', status, message, failure }),
      () => this.#eventLog.sync(),
    ];
    for (const step of steps) {
      try {
        step();
      } catch (error) {
        if (status !== 'failed') throw error;
      }
    }
    this.#finished = true;
    clearInterval(this.#heartbeat);
    this.#eventLog.close();
    this.#printed.close();
    removeQuietly(reservePath(this.folder));
  }

  #write(record: RunRecord): void {
    const next = runRecordSchema.parse({ ...record, heartbeat: new Date().toISOString() });
    writeFileAtomic(runPaths(this.folder).record, recordText(next));
    this.#record = next;
  }

  #beat(): void {
    try {
      this.#write(this.#record);
    } catch (error) {
      // Nobody could catch it here; the next event or update meets the same trouble and says so.
      if (!(error instanceof HumanError)) throw error;
    }
  }
}

/** A file that whole pieces are appended to, in order, each at once. */
class AppendFile {
  readonly #fd: number;
  #size: number;

  constructor(readonly path: string) {
    try {
      this.#fd = openSync(path, 'a');
      this.#size = fstatSync(this.#fd).size;
    } catch (error) {
      throw fileError('writing', path, error);
    }
  }

  append(text: string): void {
    const bytes = Buffer.from(text);
    try {
      writeFully(this.#fd, bytes);
    } catch (error) {
      this.#dropTornPiece();
      throw fileError('writing', this.path, error);
    }
    this.#size += bytes.byteLength;
  }

  sync(): void {
    try {
      fsyncSync(this.#fd);
    } catch (error) {
      throw fileError('writing', this.path, error);
    }
  }

  /** Everything that counts was synced before. */
  close(): void {
    try {
      closeSync(this.#fd);
    } catch {
      // Network file systems report late write errors here.
    }
  }

  /** What was appended before the disk was full would spoil the next piece. */
  #dropTornPiece(): void {
    try {
      ftruncateSync(this.#fd, this.#size);
    } catch {
      // Readers tolerate a torn last line; the caller throws the error that counts.
    }
  }
}
