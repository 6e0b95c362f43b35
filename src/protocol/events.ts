/**
 * What a training process says, one JSON object a line in `events.ndjson`: the single
 * source for the terminal, the dashboard and the runs tree, live or replayed.
 * Numbers that could not be computed (an empty split, a loss that is not finite) are null.
 */

export type Split = 'train' | 'validation' | 'test';
export type RunStatus = 'starting' | 'running' | 'succeeded' | 'failed' | 'stopped';
export type Phase =
  | 'reading data'
  | 'building vocabulary'
  | 'compiling'
  | 'training'
  | 'evaluating'
  | 'saving';

/** Loss and accuracy over a set of rows; accuracy between 0 and 1. */
export interface Scores {
  loss: number | null;
  accuracy: number | null;
}

export interface ClassScores {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  /** How many rows truly have this label. */
  support: number;
}

/** The metrics of one evaluated split. */
export interface Evaluation {
  split: Split;
  rows: number;
  loss: number | null;
  accuracy: number;
  macroF1: number;
  classes: ClassScores[];
  /** `confusion[truth][prediction]`: how many rows, in the order of `classes`. */
  confusion: number[][];
}

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
  vocabulary: { size: number; seen: number; vectorsFound?: number; unknownTokenShare: number };
}

export interface ModelEvent extends Base {
  type: 'model';
  /** One line for a person: "LSTM, 1 layer of 128 units, mean pooling". */
  summary: string;
  parameters: { name: string; shape: number[]; trained: boolean }[];
  parameterCount: number;
  device: string;
  threads: number;
}

export interface BatchEvent extends Base {
  type: 'batch';
  epoch: number;
  epochs: number;
  batch: number;
  batches: number;
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
  validation: Scores & { macroF1: number | null };
  learningRate: number;
  /** Whether this is the best epoch so far by the monitored metric. */
  best: boolean;
  seconds: number;
}

export interface EvaluationEvent extends Base {
  type: 'evaluation';
  evaluation: Evaluation;
}

/** The experiment's own examples, classified by the finished model. */
export interface ExamplesEvent extends Base {
  type: 'examples';
  examples: { text: string; label: string; probability: number }[];
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
}

export type RunEvent =
  | StartedEvent
  | PhaseEvent
  | DataEvent
  | ModelEvent
  | BatchEvent
  | EpochEvent
  | EvaluationEvent
  | ExamplesEvent
  | WarningEvent
  | FinishedEvent;

/** An event before the writer stamps it with the time. */
export type NewRunEvent = RunEvent extends infer Event
  ? Event extends RunEvent
    ? Omit<Event, 'time'>
    : never
  : never;
