import type { Dataset, Example } from '../data/rows';
import type { Experiment } from '../experiment/schema';
import type { ModelCard } from '../pretrained/model-card';
import type { EpochMetrics, Evaluation, ModelEvent, NewRunEvent } from '../protocol/events';
import type { runPaths } from '../runs/paths';
import type { RunWriter } from '../runs/run-writer';
import type { Executor } from '../runtime/executor';
import type { Past } from './continue-run';

/** Rows that a model was not trained on, and what it makes of them. */
export interface JudgedRows {
  readonly labels: readonly string[];
  readonly rows: readonly Example[];
  /** `[rows, labels]` */
  readonly probabilities: Float32Array;
}

/** What computes a model, in words, and why. */
export type ComputedBy = Pick<ModelEvent, 'device' | 'threads' | 'reason'>;

/** What training one model, of whatever kind, is given besides its data. */
export interface RunContext {
  readonly writer: RunWriter;
  readonly experiment: Experiment;
  /** The experiment file's folder, which its paths start from. */
  readonly folder: string;
  /** The workspace folder: files are named from there. */
  readonly root: string;
  readonly paths: ReturnType<typeof runPaths>;
  readonly executor: Executor;
  readonly computedBy: ComputedBy;
  readonly signal: AbortSignal;
  /** What the training goes on from; without it, it begins anew. */
  readonly past?: Past | undefined;
  /** Hears of each epoch; returning `stop` ends training as early stopping would. */
  readonly onEpoch?: ((epoch: number, validation: EpochMetrics) => 'stop' | undefined) | undefined;
  /** Hears of what the finished model makes of the validation rows; without it, the run itself judges their labels. */
  readonly onJudged?: ((judged: JudgedRows) => void) | undefined;
  /** Hears of what the model's card tells, where it has one: before the training, and when it is measured. */
  readonly onCard?: ((card: ModelCard) => void) | undefined;
}

/**
 * Trains, saves and evaluates one kind of model on data that was read.
 *
 * @returns the final evaluation; undefined where there is nothing to evaluate on or the signal ended it early
 */
export type TrainModel = (context: RunContext, dataset: Dataset) => Promise<Evaluation | undefined>;

/** Says which part of its work a run is at. */
export function enterPhase(
  { writer }: Pick<RunContext, 'writer'>,
  phase: Extract<NewRunEvent, { type: 'phase' }>['phase'],
): void {
  writer.emit({ type: 'phase', phase });
}
