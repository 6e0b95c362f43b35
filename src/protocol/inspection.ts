/** What "Inspect Data" tells of an experiment's data. Texts and labels are data: to be shown as text only. */
import type { Split } from './events';

export interface DataReport {
  /** The parts that there are: training rows first, then validation, then test. */
  parts: PartReport[];
  /** The classes in the model's order; `PartReport.counts` follows it. */
  labels: string[];
  lengths: LengthReport;
  /** Of each class the words that tell it most from the others, in training rows. */
  words: ClassWords[];
  /** The worst first. */
  findings: DataFinding[];
  /** `Dataset.digest`: whether a run was trained on the same rows. */
  digest: string;
}

export interface PartReport {
  part: Split;
  rows: number;
  /** How many rows have each class. */
  counts: number[];
  /** The files that the rows come from, at most 100; absolute paths. */
  files: { file: string; rows: number }[];
  /** How many files there are. */
  fileCount: number;
}

/** How long the training texts are, in the tokens that the model would read. */
export interface LengthReport {
  /** `words`, `characters` or `tokens` (of a pretrained encoder). */
  unit: 'words' | 'characters' | 'tokens';
  /** Neighbouring bins, the last one open to the right: rows with `from` <= length < `to`. */
  bins: { from: number; to: number; rows: number }[];
  median: number;
  p95: number;
  longest: number;
  /** After so many tokens a text is cut; null where the model reads all. */
  maxLength: number | null;
  /** Rows that are cut, and the share of all tokens that is cut off. */
  cutRows: number;
  cutShare: number;
}

export interface ClassWords {
  label: string;
  /** Most telling first: `score` is the z-score of the log-odds ratio; `rows` have the word and the class. */
  words: { word: string; score: number; rows: number }[];
}

export const findingKinds = [
  /** Rows that cannot be read: training refuses them. */
  'unreadable',
  'emptyText',
  /** The same text in training and in validation or test rows. */
  'leakage',
  /** The same text with different labels. */
  'conflictingLabels',
  'duplicate',
  'nearDuplicate',
  /** Nearly the same text in training and in validation or test rows. */
  'nearLeakage',
  'wrongEncoding',
  'wrongLanguage',
  'imbalance',
  'unseenLabel',
  'cutTexts',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface DataFinding {
  kind: FindingKind;
  /** `error`: training refuses it; `warning`: figures or model would be wrong; `info`: good to know. */
  severity: 'error' | 'warning' | 'info';
  /** "312 test rows are also trained on" */
  title: string;
  hint: string;
  /** How many rows it is about, 0 where it is about no single rows. */
  rows: number;
}

/** One row that a finding is about. */
export interface FindingRow {
  part: Split;
  /** Absolute path. */
  file: string;
  /** From 1. */
  line: number;
  label: string;
  /** Its beginning. */
  text: string;
  /** Rows of the same group belong together: copies of each other. */
  group?: number;
  /** What is wrong with this very row. */
  note?: string;
}

/** A report with the rows of each finding, in the order of `findings`, at most `mostFindingRows` each. */
export interface DataInspectionReport {
  report: DataReport;
  rows: FindingRow[][];
}

export const mostFindingRows = 2_000;
