/**
 * What a dashboard page and the extension host say to each other. The host sends one `snapshot` whenever
 * a page says that it is ready (again), then `delta`s, at most ten a second. Everything that comes from
 * data files (texts, labels) is to be shown as text only.
 */
import type { DeviceName } from './devices';
import type {
  DataEvent,
  DownloadEvent,
  EpochEvent,
  EpochMetrics,
  Evaluation,
  ExamplesEvent,
  GroupEvent,
  GroupKind,
  ModelEvent,
  Phase,
  RunStatus,
  SummaryEvent,
  ThawedEvent,
  TrialEvent,
} from './events';
import type { TextPrediction } from './helper';
import type { DataReport, FindingRow } from './inspection';
import type { LabelIssue, LabelIssueColumn, LabelSummary } from './label-issues';

export type ShownStatus = RunStatus | 'interrupted';

export interface RunHeader {
  id: string;
  /** As the person renamed it, otherwise the experiment's name. */
  name: string;
  status: ShownStatus;
  /** For a failed run: what, where and how to mend it. */
  message?: string;
  phase?: Phase;
  /** While a file is on its way: bytes. */
  download?: Pick<DownloadEvent, 'name' | 'done' | 'total'>;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt?: string;
  /** Between 0 and 1: the share of all training batches that is done. */
  progress: number;
  epoch: number;
  epochs: number;
  batch: number;
  batches: number;
  samplesPerSecond?: number;
  etaSeconds?: number;
  /** What computes it, in words. */
  device: string;
  threads: number;
  /** Its name, where that is known. */
  deviceName?: DeviceName;
  /** Why it was chosen, where the experiment leaves that open. */
  deviceReason?: string;
  /** Operations that the device leaves to the processor, and how many of each there are. */
  fallbacks?: Record<string, number>;
  /** Whether its device has ended it, so that the processor can go on. */
  continuable: boolean;
  /** Path of the experiment file relative to the workspace folder. */
  experimentFile: string;
  /** Which metric decides about the best epoch, `validation.loss`, and its best so far. */
  best?: { epoch: number; metric: string; value: number | null };
  hasModel: boolean;
  starred: boolean;
  note: string;
  /** Whether stopping was asked for and the run has not ended yet. */
  stopping: boolean;
  /** Of one of a group's runs: what the group is; `gone` where its folder was deleted. */
  parent?: GroupKind | 'gone';
}

/**
 * The training curve by batch, downsampled: each index is a bucket of neighbouring batches. Columns have the
 * same length; `smooth…` is an exponential moving average, the others are a bucket's mean.
 */
export interface Curve {
  /** The last step of the bucket, from 1. */
  step: number[];
  loss: number[];
  smoothLoss: number[];
  accuracy: number[];
  smoothAccuracy: number[];
  learningRate: number[];
}

/** Replaces the buckets from index `from` on. */
export interface CurveDelta extends Curve {
  from: number;
}

/** A finished epoch, at the step where it ended. */
export type EpochPoint = Omit<EpochEvent, 'time' | 'type'> & { step: number };

/** The first epoch of another kind, at the step before it. */
export type ThawPoint = Omit<ThawedEvent, 'time' | 'type'> & { step: number };

export interface Interval {
  low: number;
  high: number;
}

/** An evaluation with 95 % confidence intervals (null where there are too few rows to say). */
export interface ShownEvaluation extends Evaluation {
  accuracyInterval: Interval | null;
  macroF1Interval: Interval | null;
}

/** A log is kept to so many lines, the last ones. */
export const longestLog = 500;

export interface LogLine {
  level: 'info' | 'warning' | 'error';
  text: string;
}

/** A run that stands for several: what it does, each of its runs as last heard of, and what came of them. */
export interface GroupState extends Omit<GroupEvent, 'time' | 'type'> {
  /** In the order in which they began. */
  trials: Omit<TrialEvent, 'time' | 'type'>[];
  summary: Omit<SummaryEvent, 'time' | 'type'> | null;
}

/** The newest baseline of the same rows: what a network has to beat. */
export interface BaselineScores {
  id: string;
  name: string;
  /** At its best epoch. Another version of TextClf may have known fewer metrics. */
  validation: Partial<EpochMetrics>;
}

export interface RunState {
  header: RunHeader;
  /** Null for a run that stands for itself alone. */
  group: GroupState | null;
  /** Null where there is none, or where the run is one itself. */
  baseline: BaselineScores | null;
  data: Omit<DataEvent, 'time' | 'type'> | null;
  model: Omit<ModelEvent, 'time' | 'type'> | null;
  curve: Curve;
  epochs: EpochPoint[];
  /** From where on the whole of a pretrained encoder is trained, no longer its classifier alone; null where nothing changes. */
  thaw: ThawPoint | null;
  evaluation: ShownEvaluation | null;
  /** Null where no labels were judged. */
  labels: LabelSummary | null;
  examples: ExamplesEvent['examples'];
  /** `experiment.json`: every option spelt out. */
  settings: unknown;
  /** The last lines of the log, oldest first. */
  log: LogLine[];
}

/** A row of the evaluated split. */
export interface EvaluatedRow {
  text: string;
  truth: string;
  predicted: string;
  /** Of the predicted class. */
  probability: number;
  /** Of a multi-label task: what `truth` and `predicted` are made of. */
  labels?: { truth: string[]; predicted: string[] };
  /** As shown: relative to the workspace folder. */
  file: string;
  /** From 1. */
  line: number;
}

/**
 * Which evaluated rows to list: one cell of the matrix, those of a multi-label task that miss a label or have it
 * wrongly, or every wrong one. Most confident first.
 */
export interface RowFilter {
  truth?: string;
  predicted?: string;
  label?: string;
}

/** In which order the rows that look mislabelled are listed. */
export interface LabelSorting {
  column: LabelIssueColumn;
  descending: boolean;
}

/** Runs side by side. */
export interface ComparedRun {
  id: string;
  folder: string;
  name: string;
  status: ShownStatus;
  startedAt: string;
  curve: Curve;
  epochs: EpochPoint[];
  evaluation: ShownEvaluation | null;
}

export interface ComparisonState {
  runs: ComparedRun[];
  /** The options in which the runs differ: a dotted path, and each run's value as JSON ("" where absent). */
  settings: { path: string; values: string[] }[];
}

/**
 * How far the look at an experiment's data is. `none`: nobody asked for it. Files in `report` and `place` are as
 * shown: relative to the workspace folder.
 */
export type InspectionState =
  | { status: 'none' }
  /** `total` is 0 while it is not known. */
  | { status: 'reading'; done: number; total: number }
  | { status: 'refused'; message: string; hint?: string; place?: { file: string; line?: number } }
  | {
      status: 'ready';
      report: DataReport;
      /** Files or the experiment have changed since. */
      isStale: boolean;
      /** Of a run: whether it was trained on these very rows; absent where that is not known. */
      isAsTrained?: boolean;
    };

/** A page about nothing but data: that of an experiment file, or of a data file by itself. */
export interface DataPageState {
  kind: 'experiment' | 'data file';
  /** The file's name. */
  name: string;
  /** As shown: relative to the workspace folder. */
  file: string;
  inspection: InspectionState;
}

export type ToPage =
  | { type: 'snapshot'; state: RunState }
  | {
      type: 'delta';
      changed: Partial<Omit<RunState, 'curve' | 'epochs' | 'log'>>;
      curve?: CurveDelta;
      /** What came to these lists since the last message. */
      epochs?: EpochPoint[];
      log?: LogLine[];
    }
  | { type: 'comparison'; state: ComparisonState }
  | { type: 'data'; state: DataPageState }
  | { type: 'inspection'; state: InspectionState }
  /** Of the report told last; `total` are those that can be listed. */
  | { type: 'findingRows'; request: number; total: number; rows: FindingRow[] }
  | { type: 'rows'; request: number; total: number; rows: EvaluatedRow[] }
  | { type: 'labelIssues'; request: number; total: number; issues: LabelIssue[] }
  | { type: 'prediction'; request: number; prediction: TextPrediction }
  /** The request could not be served; `message` is for the person. */
  | { type: 'refused'; request: number; message: string }
  /** The run's folder is gone. */
  | { type: 'gone'; message: string };

export type FromPage =
  | { type: 'ready' }
  | { type: 'listRows'; request: number; filter: RowFilter; offset: number; limit: number }
  | { type: 'listLabelIssues'; request: number; sorting: LabelSorting; offset: number; limit: number }
  | { type: 'openRow'; file: string; line: number }
  /** Looks at the data, again where that was done before. */
  | { type: 'inspect' }
  | { type: 'cancelInspection' }
  /** Of a report's findings, by the place in its list. */
  | { type: 'listFindingRows'; request: number; finding: number; offset: number; limit: number }
  | { type: 'predict'; request: number; text: string }
  | { type: 'command'; command: PageCommand }
  | { type: 'dataCommand'; command: DataCommand }
  | { type: 'openRun'; folder: string }
  /** One of a group's runs, by its id. */
  | { type: 'openTrial'; id: string }
  /** "Make this the experiment": writes the trial's settings into the experiment file. */
  | { type: 'adoptTrial'; id: string };

/** What the page's buttons do, by the host's hand. */
export const pageCommands = [
  'stop',
  'kill',
  /** Of a run that its device has ended. */
  'continueOnCpu',
  'openExperiment',
  /** What a failed run's message names. */
  'openFailure',
  'diffExperiment',
  'revealFolder',
  'showLog',
  'exportModel',
  'toggleStar',
  'trainAgain',
  /** The dashboard of the group that a run is of. */
  'openParent',
] as const;
export type PageCommand = (typeof pageCommands)[number];

/** What the buttons of a page about data do, with the file that it is of. */
export const dataCommands = ['openFile', 'train', 'newExperiment'] as const;
export type DataCommand = (typeof dataCommands)[number];
