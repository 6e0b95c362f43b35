import type { Random } from '../data/random';
import type { ParameterSpec } from '../nn/scope';
import type { Tensor } from '../runtime/executor';
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

export interface WeightSpec extends ParameterSpec {
  /** Others stay as they are. */
  readonly trained: boolean;
}

export type Weight = Tensor & { readonly data: Float32Array };

/** A step whose weights can be read and written, wherever they are. */
export interface WeightedStep extends Step {
  /** All of them, the table of word vectors first. */
  readonly weights: readonly WeightSpec[];
  /**
   * Has all weights written anew, one after the other: at the start, and to bring others back (after `settle`).
   * `data` is to be filled; what is in it before is of no meaning.
   */
  writeWeights(write: (spec: WeightSpec, data: Float32Array) => void): Promise<void>;
  /** All weights by name; valid until training goes on. */
  readWeights(): Promise<Record<string, Weight>>;
}
