import type { Random } from '../data/random';
import type { Batch } from './batch';

export interface StepResult {
  /** The mean over the batch. */
  readonly loss: number;
  /** `[batch, outputs]` */
  readonly logits: Float32Array;
}

/** How a batch takes part in a step that several batches may make together. */
export interface StepPart {
  /** What the sum of the losses over all its batches is divided by: the sum of their divisors. */
  readonly divisor: number;
  /** Whether the step is taken with this batch; before that, its gradient only waits. */
  readonly isLast: boolean;
}

/** A network that can be trained batch by batch. */
export interface Step {
  /**
   * The forward and backward pass over a batch, then one step of training along its gradient and that of the
   * batches before that did not end their step. `random` draws the dropout masks.
   */
  train(batch: Batch, learningRate: number, random: Random, part?: StepPart): Promise<StepResult>;
  /** The forward pass without dropout. Call `settle` first if training went on since. */
  evaluate(batch: Batch): Promise<StepResult>;
  /** Brings all weights up to date: before evaluating or saving. */
  settle(): void;
  release(): Promise<void>;
}
