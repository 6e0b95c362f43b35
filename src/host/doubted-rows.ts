import { dirname, resolve, sep } from 'node:path';
import type { DataOptions } from '../experiment/schema';
import { type DataFormat, formatOfName } from '../protocol/data-formats';
import type { LabelIssue } from '../protocol/label-issues';
import { readKeptLabels } from '../runs/kept-labels';
import { issueKey, readLabelReport } from '../runs/label-issues';
import { readRunExperiment } from '../runs/run-experiment';
import { byExperiment } from './by-experiment';
import type { RunStore, StoredRun } from './run-store';

/** A row that a run takes for mislabelled, with all that it takes to find and to mend it. */
export interface Doubt extends LabelIssue {
  /** Absolute. */
  path: string;
  run: StoredRun;
  data: DataOptions;
  /** Undefined where the file's name says nothing. */
  format: DataFormat | undefined;
}

/** Of each run so many rows at most: nobody works through more of them in a list. */
const mostShown = 200;

/** What the newest finished run of each experiment doubts, by the absolute path of the data file. */
export class DoubtedRows {
  /** What was read, by a run's folder. */
  readonly #known = new Map<string, { endedAt: string | undefined; doubts: Promise<Doubt[]> }>();

  /** @param onFailure is told of a run whose files cannot be read: the others' still count */
  constructor(
    private readonly store: RunStore,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async read(): Promise<Map<string, Doubt[]>> {
    const finished = this.store.runs.filter(({ status }) => status === 'succeeded');
    const newest = [...byExperiment(finished).values()].map(([run]) => run!);
    for (const folder of this.#known.keys()) {
      if (!newest.some((run) => run.folder === folder)) this.#known.delete(folder);
    }
    const files = new Map<string, Doubt[]>();
    for (const run of newest) {
      const kept = readKeptLabels(run.root);
      const doubts = (await this.#of(run)).filter((doubt) => !kept.has(issueKey(doubt)));
      for (const doubt of doubts.slice(0, mostShown)) {
        const others = files.get(doubt.path) ?? [];
        // Another experiment on the same data, and older: it has nothing new to say.
        if (others.some((other) => other.line === doubt.line && other.run !== run)) continue;
        files.set(doubt.path, [...others, doubt]);
      }
    }
    return files;
  }

  #of(run: StoredRun): Promise<Doubt[]> {
    const { endedAt } = run.record;
    const known = this.#known.get(run.folder);
    if (known && known.endedAt === endedAt) return known.doubts;
    const doubts = readDoubts(run).catch((error: unknown) => {
      this.onFailure(error);
      return [];
    });
    this.#known.set(run.folder, { endedAt, doubts });
    return doubts;
  }
}

async function readDoubts(run: StoredRun): Promise<Doubt[]> {
  const report = readLabelReport(run.folder);
  if (!report || report.found.length === 0) return [];
  const { data } = readRunExperiment(run.folder);
  const folder = dirname(run.record.experimentFile);
  return report.found.map((issue) => {
    const path = resolve(run.root, issue.file);
    return { ...issue, path, run, data, format: formatOf(path, data, folder) };
  });
}

/** What the experiment says, or the file's name; a text inside of a folder that the experiment names is one of its own. */
function formatOf(path: string, { format, train, validation, test }: DataOptions, folder: string) {
  const named = [train, validation, test].flat().filter((name) => typeof name === 'string');
  const isInFolder = named.some((name) => path.startsWith(resolve(folder, name) + sep));
  return isInFolder ? 'folder' : (format ?? formatOfName(path).format);
}
