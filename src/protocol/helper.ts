/**
 * What the editor and its helper process say to each other over the process's IPC channel.
 *
 * The helper (`dist/helper.js`) does what must not happen in the extension host: it loads models and
 * classifies texts, and it reads data files to check an experiment. Every request gets exactly one
 * reply with its `id`, `progress` messages before it where the request says so; requests that can
 * be cancelled end with a `cancelled` reply. The helper ends when the channel closes.
 */
import type { DataFormat } from './data-formats';
import type { DataInspectionReport } from './inspection';

/** Everything the helper can be asked, by method. */
export interface HelperMethods {
  /** Opens a model folder (kept open; the last few are) and classifies texts. */
  predict: { params: { modelFolder: string; texts: string[] }; result: { predictions: TextPrediction[] } };
  /** Classifies every row of a file and writes the results as CSV. Sends progress; can be cancelled. */
  predictFile: {
    params: { modelFolder: string; file: string; textColumns?: string[]; output: string };
    result: { rows: number; output: string };
  };
  /** Everything that is wrong in an experiment file, given its text as it stands in the editor, data included. */
  check: { params: { file: string; text: string }; result: { problems: ExperimentProblem[] } };
  /** The columns of a data file and what they seem to hold; reads the beginning of the file only. */
  inspect: { params: { file: string }; result: DataInspection };
  /**
   * What there is to say of an experiment's data, given its text; without one, `file` is a data file by itself. Sends
   * progress; can be cancelled.
   */
  report: { params: { file: string; text?: string }; result: DataInspectionReport };
  /**
   * Rows `from` to `to` (from 1, the last one not among them) of a file that no editor can show: of Parquet as JSON
   * Lines, of what is gzipped the unpacked lines.
   */
  rowsOf: { params: { file: string; from: number; to: number }; result: { text: string } };
}

export type HelperMethod = keyof HelperMethods;

export type HelperRequest =
  | {
      [M in HelperMethod]: { type: 'request'; id: number; method: M; params: HelperMethods[M]['params'] };
    }[HelperMethod]
  | { type: 'cancel'; id: number };

export type HelperMessage =
  | { type: 'progress'; id: number; done: number; total: number }
  | { type: 'result'; id: number; result: HelperMethods[HelperMethod]['result'] }
  | { type: 'cancelled'; id: number }
  | { type: 'error'; id: number; error: HelperError };

/** `human`: a person can mend it; otherwise it is a bug, and `stack` is for the log. */
export interface HelperError {
  human: boolean;
  message: string;
  hint?: string;
  place?: { file: string; line?: number; column?: number };
  stack?: string;
}

export interface TextPrediction {
  /** Exactly one, unless the model's task is multi-label. */
  labels: string[];
  /** The labels in one string. */
  label: string;
  /** Of `label`, between 0 and 1; of several labels the lowest. */
  probability: number;
  /** Of every class, in the model's order. */
  classes: { label: string; probability: number }[];
}

/** A problem of an experiment file; lines and columns count from 1, ends are exclusive. */
export interface ExperimentProblem {
  severity: 'error' | 'warning';
  message: string;
  hint?: string;
  /** In the experiment file, or in a data file where `file` is another one. */
  place: { file: string; line?: number; column?: number; endLine?: number; endColumn?: number };
  /** The keys and list positions that lead to the value in the experiment file, from the top. */
  path: (string | number)[];
  /** Ways to mend it, best first. */
  fixes: ExperimentFix[];
}

export interface ExperimentFix {
  /** `Change to "review"` */
  title: string;
  /** In the experiment file's text as it was sent: UTF-16 offsets. */
  edits: { offset: number; length: number; text: string }[];
}

export interface DataInspection {
  format: DataFormat;
  /** Of a folder with one folder a class, and of lines of fastText, `text` and `label`. */
  columns: DataColumn[];
  /** Of a folder in which a folder's name says that its texts have no class: the others, for `data.labels`. */
  classes?: string[];
  /** The column that most likely holds the text and the class; undefined where none fits. */
  textColumn?: string;
  labelColumn?: string;
  /** How many rows were looked at, and whether that was the whole file. */
  rows: number;
  complete: boolean;
}

export interface DataColumn {
  name: string;
  /** Different values among the rows looked at. */
  distinct: number;
  /** The most frequent values, most frequent first, at most 20. */
  values: string[];
  /** Mean length of the values in characters. */
  meanLength: number;
  /** What stands between labels where the values look like several in one. */
  labelSeparator?: string;
}
