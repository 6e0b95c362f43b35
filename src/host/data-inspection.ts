import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { FromPage, InspectionState, ToPage } from '../protocol/dashboard';
import { formatError, HumanError, type Place } from '../protocol/human-error';
import type { DataInspectionReport, FindingRow } from '../protocol/inspection';
import { FileWatch } from './file-watch';
import type { HelperClient } from './helper-client';
import { loadExperimentTools } from './load-experiment-tools';
import { namedFiles } from './named-files';
import type { Reporter } from './report';
import { requireTrust } from './trust';

/** What is looked at, asked for anew each time. */
export interface InspectedSource {
  /** An experiment's text, and the file whose folder its paths start at; without a text, a data file. */
  experiment(): Promise<{ file: string; text?: string }>;
  /** The folder that paths are shown from. */
  root(): string;
  /** Files to watch beside those that the experiment names. */
  files: readonly string[];
  /** What a run noted of its rows; undefined where it is none, or did not. */
  digest?(): string | undefined;
}

interface InspectionServices {
  readonly report: Reporter;
  /** Reads data files. */
  readonly inspector: HelperClient;
}

/** A page hears of progress no more often than this (milliseconds). */
const progressInterval = 100;
/** What is refused is read again when no file changed for this long (milliseconds): it may still be being written. */
const pause = 300;

/** Looks at an experiment's data for a page, and keeps what was found while the panel is open. */
export class DataInspection implements vscode.Disposable {
  readonly #watch = new FileWatch(() => this.#changed());
  readonly #subscription: vscode.Disposable;
  #state: InspectionState = { status: 'none' };
  #found: DataInspectionReport | undefined;
  #running: vscode.CancellationTokenSource | undefined;
  #toldAt = 0;
  #retry: NodeJS.Timeout | undefined;
  /** While it is being read. */
  #hasChanged = false;

  /** @param post tells the page, if one listens */
  constructor(
    private readonly source: InspectedSource,
    private readonly services: InspectionServices,
    private readonly post: (message: ToPage) => void,
  ) {
    this.#subscription = vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (this.#state.status === 'refused') void this.start();
    });
  }

  get state(): InspectionState {
    return this.#state;
  }

  dispose(): void {
    this.#running?.cancel();
    clearTimeout(this.#retry);
    this.#watch.dispose();
    this.#subscription.dispose();
  }

  /** Whether the message was for this. */
  receive(message: FromPage): boolean {
    switch (message.type) {
      case 'inspect':
        void this.start();
        return true;
      case 'cancelInspection':
        this.#running?.cancel();
        return true;
      case 'listFindingRows': {
        const { request, finding, offset, limit } = message;
        const rows = this.#found?.rows[finding] ?? [];
        const page = rows.slice(offset, offset + limit).map((row) => this.#shownRow(row));
        this.post({ type: 'findingRows', request, total: rows.length, rows: page });
        return true;
      }
      default:
        return false;
    }
  }

  /** Reads the data, from the start where it is being read. */
  async start(): Promise<void> {
    this.#running?.cancel();
    clearTimeout(this.#retry);
    const running = new vscode.CancellationTokenSource();
    this.#running = running;
    this.#found = undefined;
    this.#hasChanged = false;
    this.#tell({ status: 'reading', done: 0, total: 0 });
    const state = await this.#read(running.token);
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#tell(state);
    if (state.status === 'refused' && this.#hasChanged) this.#changed();
  }

  /** What the report tells of may be otherwise now. */
  stale(): void {
    this.#hasChanged = true;
    if (this.#state.status === 'ready' && !this.#state.isStale) this.#tell({ ...this.#state, isStale: true });
  }

  #changed(): void {
    if (this.#state.status !== 'refused') {
      this.stale();
      return;
    }
    // What was missing may be there.
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.start(), pause);
  }

  async #read(token: vscode.CancellationToken): Promise<InspectionState> {
    const { source, services } = this;
    let watched = source.files;
    // Who waits no longer has nothing watched: the next reading does, or the page is closed.
    const watch = (files: readonly string[]) => {
      watched = [...new Set([...watched, ...files])];
      if (!token.isCancellationRequested) this.#watch.set(watched);
    };
    try {
      requireTrust('read');
      const experiment = await source.experiment();
      // Before they are read: what changes meanwhile may be read or not.
      watch(await filesNamedIn(experiment));
      const found = await services.inspector.request('report', experiment, {
        token,
        onProgress: (done, total) => {
          if (!token.isCancellationRequested) this.#progress(done, total);
        },
      });
      const { digest, parts } = found.report;
      if (token.isCancellationRequested) return { status: 'none' };
      this.#found = found;
      // Those of the Hub's data sets are named nowhere.
      watch(parts.flatMap(({ files }) => files.map(({ file }) => file)));
      const trained = source.digest?.();
      return {
        status: 'ready',
        report: {
          ...found.report,
          parts: parts.map((part) => ({ ...part, files: this.#shownFiles(part.files) })),
        },
        isStale: this.#hasChanged,
        ...(trained === undefined ? {} : { isAsTrained: trained === digest }),
      };
    } catch (error) {
      if (error instanceof vscode.CancellationError) return { status: 'none' };
      if (!(error instanceof HumanError)) services.report.log.error(formatError(error));
      if (error instanceof HumanError && error.place) watch([error.place.file]);
      return this.#refused(error as Error);
    }
  }

  #refused(error: Error): InspectionState {
    const { hint, place } = error instanceof HumanError ? error : {};
    return {
      status: 'refused',
      message: error.message,
      ...(hint ? { hint } : {}),
      ...(place ? { place: this.#shownPlace(place) } : {}),
    };
  }

  #progress(done: number, total: number): void {
    if (Date.now() - this.#toldAt < progressInterval) return;
    this.#toldAt = Date.now();
    this.#tell({ status: 'reading', done, total });
  }

  #tell(state: InspectionState): void {
    this.#state = state;
    this.post({ type: 'inspection', state });
  }

  #shown(file: string): string {
    return shownPath(this.source.root(), file);
  }

  #shownPlace({ file, line }: Place): { file: string; line?: number } {
    return { file: this.#shown(file), ...(line === undefined ? {} : { line }) };
  }

  #shownFiles(files: DataInspectionReport['report']['parts'][number]['files']) {
    return files.map(({ file, rows }) => ({ file: this.#shown(file), rows }));
  }

  #shownRow(row: FindingRow): FindingRow {
    return { ...row, file: this.#shown(row.file) };
  }
}

/** None of an experiment that has errors: these are told of, and its file is watched. */
async function filesNamedIn({ file, text }: { file: string; text?: string }): Promise<string[]> {
  if (text === undefined) return [file];
  const { parseExperiment } = await loadExperimentTools();
  const { experiment } = parseExperiment(text, file);
  return experiment ? namedFiles(experiment, file) : [];
}

/** Relative to a folder where it lies in there, with forward slashes. */
export function shownPath(root: string, file: string): string {
  const path = relative(root, file).replaceAll('\\', '/');
  return path.startsWith('..') ? file : path;
}
