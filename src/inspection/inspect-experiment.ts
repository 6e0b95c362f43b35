import { type DataOptions, loadDataset } from '../data/load';
import { type PartRows, partRows } from '../data/part-rows';
import { countLabels, type Dataset } from '../data/rows';
import type { Experiment } from '../experiment/schema';
import { labelText } from '../metrics/decide';
import type { Split } from '../protocol/events';
import type {
  DataFinding,
  DataInspectionReport,
  DataReport,
  FindingRow,
  PartReport,
} from '../protocol/inspection';
import { findingKinds } from '../protocol/inspection';
import { wordTokenizer } from '../text/tokenize';
import { dataFiles } from '../trainer/data-files';
import { tokenCounter } from './count-tokens';
import { imbalance, unseenLabels } from './findings-of-classes';
import { conflictingLabels, duplicates, leakage, nearDuplicates, nearLeakage } from './findings-of-copies';
import { cutTexts, emptyTexts, wrongEncoding, wrongLanguage } from './findings-of-texts';
import type { Found, NotedRow } from './found';
import { lookAtRows, type SeenRows } from './look-at-rows';
import { UnreadableRows } from './unreadable-rows';

export interface InspectionOptions {
  /** Ends the work. */
  signal?: AbortSignal | undefined;
  /** Hears of the rows that were looked at; the total is 0 while the files are read. */
  progress?: (done: number, total: number) => void;
}

/**
 * Looks at all data of an experiment as training would read it: what is in it, and what is wrong. The same data gives
 * the same report.
 *
 * @param folder what the experiment's paths are relative to
 * @throws HumanError where files cannot be read or give no classes; the signal's reason where it was aborted
 */
export async function inspectExperiment(
  experiment: Experiment,
  folder: string,
  { signal, progress }: InspectionOptions = {},
): Promise<DataInspectionReport> {
  progress?.(0, 0);
  const { data, training, tokenizer } = experiment;
  const files = dataFiles(data);
  const unreadable = new UnreadableRows();
  const dataset = await loadDataset(files, folder, training.seed, {
    signal,
    onProblem: unreadable.add,
  });
  const rows = partRows(dataset);
  const counter = tokenCounter(experiment, folder);
  const seen = await lookAtRows(rows, {
    tokenCounter: counter,
    tokenize: wordTokenizer({ ...tokenizer, lowercase: true }),
    classes: dataset.labels.length,
    signal,
    progress,
  });
  const parts = partReports(dataset);
  const lengths = seen.lengths.report(counter.unit, counter.maxLength);
  const found = [
    ...unreadable.found(dataset),
    ...[
      ...findingsOf(files, dataset, rows, seen),
      ...imbalance(experiment, dataset, parts[0]!.counts),
      ...unseenLabels(dataset),
      ...cutTexts(lengths, dataset.train.length),
    ].map(({ finding, rows: noted }) => ({ finding, rows: noted.map((row) => describeRow(row, rows)) })),
  ].sort((a, b) => rank(a.finding) - rank(b.finding));
  const report: DataReport = {
    parts,
    labels: dataset.labels,
    lengths,
    words: seen.words.report(dataset.labels),
    findings: found.map(({ finding }) => finding),
    digest: dataset.digest,
  };
  return { report, rows: found.map(({ rows }) => rows) };
}

function findingsOf(data: DataOptions, dataset: Dataset, rows: PartRows, seen: SeenRows): Found[] {
  const { copies, nearCopies, empty, damaged, stray, foreign, languages } = seen;
  return [
    ...leakage(copies, rows, dataset, data),
    ...conflictingLabels(copies, rows),
    ...duplicates(copies, rows),
    ...nearLeakage(nearCopies, rows, dataset, data),
    ...nearDuplicates(nearCopies, rows),
    ...emptyTexts(empty, rows.count),
    ...wrongEncoding(damaged, stray, rows.count),
    ...wrongLanguage(foreign, languages?.main ?? [], rows.count),
  ];
}

const severities: readonly DataFinding['severity'][] = ['error', 'warning', 'info'];

function rank({ severity, kind }: DataFinding): number {
  return severities.indexOf(severity) * findingKinds.length + findingKinds.indexOf(kind);
}

const parts: readonly Split[] = ['train', 'validation', 'test'];
const mostFiles = 100;

function partReports(dataset: Dataset): PartReport[] {
  return parts
    .filter((part) => part === 'train' || dataset[part].length > 0)
    .map((part) => {
      const rows = dataset[part];
      const files = new Map<string, number>();
      for (const { file } of rows) files.set(file, (files.get(file) ?? 0) + 1);
      return {
        part,
        rows: rows.length,
        counts: countLabels(dataset.labels, rows),
        files: [...files].slice(0, mostFiles).map(([file, count]) => ({ file, rows: count })),
        fileCount: files.size,
      };
    });
}

/** Characters of a text that are enough to know it by. */
const shownCharacters = 300;

function describeRow({ row, group, note }: NotedRow, rows: PartRows): FindingRow {
  const { text, labels, file, line } = rows.at(row);
  return {
    ...{ part: rows.partOf(row), file, line, label: labelText(labels) },
    text: text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text,
    ...(group === undefined ? {} : { group }),
    ...(note === undefined ? {} : { note }),
  };
}
