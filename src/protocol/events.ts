/**
 * What a training process says, one JSON object a line in `events.ndjson`: the single
 * source for the terminal, the dashboard and the runs tree, live or replayed.
 * Numbers that could not be computed (an empty split, a loss that is not finite) are null.
 */

import type { LabelSummary } from './label-issues';
import type { MetricName, Metrics } from './metrics';

export type Split = 'train' | 'validation' | 'test';
export type RunStatus = 'starting' | 'running' | 'succeeded' | 'failed' | 'stopped';
/** What a run failed by, where that can be got round: by its `device`, so that it can go on without it. */
export type Failure = 'device';
export type Phase =
  | 'downloading'
  | 'reading data'
  | 'building vocabulary'
  | 'tokenizing'
  | 'compiling'
  | 'training'
  | 'evaluating'
  | 'saving';

/** Loss and accuracy over a set of rows; accuracy between 0 and 1. */
export interface Scores {
  loss: number | null;
  accuracy: number | null;
}

export type Task = 'single-label' | 'multi-label';

export interface ClassScores {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  /** This class against all others; null where the rows have none of it, or nothing else. */
  rocAuc: number | null;
  prAuc: number | null;
  /** From which probability on the class is given, where that was chosen: see `training.threshold`. */
  threshold?: number;
  /** How many rows truly have this label. */
  support: number;
}

/** The metrics of one evaluated split. */
export interface Evaluation extends Metrics {
  split: Split;
  task: Task;
  rows: number;
  classes: ClassScores[];
  /** `confusion[truth][prediction]`: how many rows, in the order of `classes`; empty for a multi-label task. */
  confusion: number[][];
  /**
   * How well the probabilities are meant: rows by the predicted class's probability, in ten equal parts from 0 to 1.
   * In a multi-label task each label of each row counts, by how sure the model was that it has it or not.
   */
  reliability: { rows: number; confidence: number; accuracy: number }[];
}

/** Each metric of an epoch's validation rows; null where there are none. */
export type EpochMetrics = { [Name in keyof Metrics]: number | null };

export interface LengthSummary {
  /** Tokens a text, before cutting to `maxLength`. */
  median: number;
  p95: number;
  longest: number;
  /** How many texts were cut to `maxLength`, and the share of all tokens that was lost. */
  cutTexts: number;
  cutTokenShare: number;
}

interface Base {
  /** ISO 8601, UTC. */
  time: string;
}

export interface StartedEvent extends Base {
  type: 'started';
  id: string;
  name: string;
}

export interface PhaseEvent extends Base {
  type: 'phase';
  phase: Phase;
}

export interface DataEvent extends Base {
  type: 'data';
  rows: Record<Split, number>;
  classes: { label: string; train: number; validation: number; test: number }[];
  lengths: LengthSummary;
  vocabulary: {
    size: number;
    /** How many different words the training texts have; absent where the vocabulary is a pretrained encoder's. */
    seen?: number;
    vectorsFound?: number;
    unknownTokenShare: number;
  };
}

export interface ModelEvent extends Base {
  type: 'model';
  /** One line for a person: "LSTM, 1 layer of 128 units, mean pooling". */
  summary: string;
  parameters: { name: string; shape: number[]; trained: boolean }[];
  parameterCount: number;
  /** What computes it, in words. */
  device: string;
  threads: number;
  /** Why it was chosen, where the experiment leaves that open. */
  reason?: string;
  /** Operations that the device leaves to the processor: their names and how many there are. */
  fallbacks?: Record<string, number>;
}

export interface BatchEvent extends Base {
  type: 'batch';
  epoch: number;
  epochs: number;
  batch: number;
  batches: number;
  /** How many batches were trained on so far, in all epochs. */
  step: number;
  loss: number;
  accuracy: number;
  learningRate: number;
  samplesPerSecond: number;
  etaSeconds: number;
}

export interface EpochEvent extends Base {
  type: 'epoch';
  epoch: number;
  train: Scores;
  validation: EpochMetrics;
  learningRate: number;
  /** Whether this is the best epoch so far by the monitored metric. */
  best: boolean;
  seconds: number;
}

/** The run goes on from an epoch of another one, with its weights. */
export interface ContinuedEvent extends Base {
  type: 'continued';
  /** The other run's id. */
  from: string;
  epoch: number;
}

/** From this epoch on the whole of a pretrained network is trained, no longer its classifier alone. */
export interface ThawedEvent extends Base {
  type: 'thawed';
  epoch: number;
}

export interface EvaluationEvent extends Base {
  type: 'evaluation';
  evaluation: Evaluation;
}

/** Rows were judged by a model that was not trained on them: some look mislabelled. `label-issues.json` lists these. */
export interface LabelsEvent extends Base, LabelSummary {
  type: 'labels';
}

/** The experiment's own examples, classified by the finished model. */
export interface ExamplesEvent extends Base {
  type: 'examples';
  examples: { text: string; label: string; probability: number }[];
}

/** A file is on its way into the download cache. */
export interface DownloadEvent extends Base {
  type: 'download';
  /** What it is called: "glove.6B.100d". */
  name: string;
  /** Bytes. */
  done: number;
  total: number;
}

/** Several runs under one: a search, the folds of a cross-validation, or repetitions with other seeds. */
export type GroupKind = 'search' | 'folds' | 'repeat';

/** What a group of runs is going to do; the first thing that its own run says. */
export interface GroupEvent extends Base {
  type: 'group';
  kind: GroupKind;
  /** How many runs at most; null where only time limits them. */
  planned: number | null;
  /** What decides which run is the best. */
  metric: `validation.${MetricName}`;
  /** The options that differ between the runs, by their dotted paths; numbers may be drawn on a log scale. */
  options: { path: string; scale: 'linear' | 'log' | 'choice' }[];
}

export type TrialStatus = 'running' | 'succeeded' | 'failed' | 'stopped' | 'pruned';

/** How far a group's run is; told when it begins, after each of its epochs and when it ends. */
export interface TrialEvent extends Base {
  type: 'trial';
  /** From 1. */
  index: number;
  /** The run's id: its folder lies beside the group's. */
  id: string;
  /** What tells it from the others, for a person: "fold 2 of 5", "seed 44", "trial 7". */
  label: string;
  /** The value of each of the group's options. */
  settings: Record<string, unknown>;
  /** `pruned`: ended early because it was not among the best. */
  status: TrialStatus;
  /** Epochs that are done. */
  epoch: number;
  /** The group's metric at its best epoch so far. */
  value: number | null;
  seconds: number;
  /** For a failed run: what, where and how to mend it. */
  message?: string;
}

/** What came of a group. */
export interface SummaryEvent extends Base {
  type: 'summary';
  /** Over the runs that succeeded: each metric's mean and sample standard deviation (0 for a single run). */
  metrics: { split: Split; name: MetricName; mean: number; deviation: number; runs: number }[];
  /** The best run by the group's metric; absent where none has a value. */
  best?: { index: number; id: string; value: number };
}

export interface WarningEvent extends Base {
  type: 'warning';
  message: string;
}

export interface FinishedEvent extends Base {
  type: 'finished';
  status: Exclude<RunStatus, 'starting' | 'running'>;
  /** For a failed run: what, where and how to mend it. */
  message?: string;
  failure?: Failure;
}

export type RunEvent =
  | StartedEvent
  | PhaseEvent
  | DataEvent
  | ModelEvent
  | BatchEvent
  | EpochEvent
  | ContinuedEvent
  | ThawedEvent
  | EvaluationEvent
  | LabelsEvent
  | ExamplesEvent
  | DownloadEvent
  | GroupEvent
  | TrialEvent
  | SummaryEvent
  | WarningEvent
  | FinishedEvent;

/** An event before the writer stamps it with the time. */
export type NewRunEvent = RunEvent extends infer Event
  ? Event extends RunEvent
    ? Omit<Event, 'time'>
    : never
  : never;
