import type { Value } from '../../graph/ops';

export interface Optimizer {
  /** The state tensors, each of the parameter's shape, by name: what they are filled with at the start. */
  readonly state: Readonly<Record<string, number>>;
  /** The numbers that change from step to step (steps count from 1), fed as scalars. */
  scalars(step: number, learningRate: number): Record<string, number>;
  /** The parameter and its state, in the order of `state`, after one step. */
  update(
    parameter: Value,
    gradient: Value,
    state: readonly Value[],
    scalars: Readonly<Record<string, Value>>,
  ): { parameter: Value; state: Value[] };
  /**
   * The same step for one row of a table, in place, in one pass over its entries: its gradient at the address
   * `gradient`, times `scale`.
   */
  updateRow(row: RowSlice, gradient: number, scale: number, scalars: Readonly<Record<string, number>>): void;
  /** Missing where a row without gradient cannot be left alone: mostly with weight decay in the gradient. */
  readonly idle: IdleRule | undefined;
}

/**
 * A row of a table: the addresses of its numbers, and of as many in each state tensor. Valid during a call only:
 * thousands of rows share one object.
 */
export interface RowSlice {
  readonly kernels: RowKernels;
  readonly parameter: number;
  readonly state: readonly number[];
  readonly count: number;
}

/** Loops over a row's numbers that are worth vector instructions. Addresses count bytes. */
export interface RowKernels {
  /**
   * g <- scale g + penalty p, m <- beta1 m + rest1 g, v <- beta2 v + rest2 g^2,
   * then p <- keep p - (stepSize m + gradientStep g) / (sqrt(v) + epsilon).
   */
  adam(
    ...args: [
      ...[p: number, m: number, v: number, g: number, count: number],
      ...[scale: number, penalty: number, keep: number],
      ...[beta1: number, rest1: number, beta2: number, rest2: number],
      ...[stepSize: number, gradientStep: number, epsilon: number],
    ]
  ): void;
  /** p <- keep p - moved m / (sqrt(v) + epsilon), then m and v times their factors. */
  adamIdle(
    ...args: [
      ...[p: number, m: number, v: number, count: number],
      ...[keep: number, moved: number, epsilon: number, shrinkM: number, shrinkV: number],
    ]
  ): void;
  /** adamIdle for p alone. */
  adamLook(
    ...args: [
      ...[p: number, m: number, v: number, count: number],
      ...[keep: number, moved: number, epsilon: number],
    ]
  ): void;
  /** g <- scale g + penalty p, v <- decay v + rest g^2, then p <- p - stepSize g / (sqrt(v) + epsilon). */
  scaledGradient(
    ...args: [
      ...[p: number, v: number, g: number, count: number],
      ...[scale: number, penalty: number, decay: number, rest: number, stepSize: number, epsilon: number],
    ]
  ): void;
  /**
   * g <- scale g + penalty p, v <- alpha v + rest g^2, a <- alpha a + rest g,
   * b <- momentum b + g / (sqrt(v - center a^2) + epsilon), then p <- p - stepSize b.
   */
  rmsprop(
    ...args: [
      ...[p: number, v: number, a: number, b: number, g: number, count: number],
      ...[scale: number, penalty: number, alpha: number, rest: number],
      ...[center: number, momentum: number, stepSize: number, epsilon: number],
    ]
  ): void;
  /** p <- p - stepSize (scale g + penalty p) */
  sgd(p: number, g: number, count: number, scale: number, penalty: number, stepSize: number): void;
  /** g <- scale g + penalty p, b <- momentum b + g, then p <- p - bufferStep b - gradientStep g. */
  momentum(
    ...args: [
      ...[p: number, b: number, g: number, count: number],
      ...[scale: number, penalty: number, momentum: number, bufferStep: number, gradientStep: number],
    ]
  ): void;
  /** p <- p - moved b, then b times its factor. */
  momentumIdle(p: number, b: number, count: number, moved: number, shrink: number): void;
  /** momentumIdle for p alone. */
  momentumLook(p: number, b: number, count: number, moved: number): void;
  /** x <- factor x */
  multiply(x: number, count: number, factor: number): void;
}

/**
 * How a row of an embedding table goes on while no batch touches it (its gradient is zero):
 * at each step `p <- keep p - stepWeight decay^k u`, k steps after the row was last touched.
 * Lets the trainer leave the row alone and make up for all those steps when it is next needed.
 */
export interface IdleRule {
  /** In steps up to this one the rule does not hold yet: every row is updated. */
  readonly after: number;
  /** By how much the step direction shrinks from one idle step to the next. */
  readonly decay: number;
  keep(learningRate: number): number;
  stepWeight(step: number, learningRate: number): number;
  /**
   * What epsilon amounts to in the denominator of step `step`, and by how much more with
   * each step that the second moment has shrunk meanwhile. 0 and 1 where there is no denominator.
   */
  epsilon(step: number): number;
  readonly epsilonGrowth: number;
  /** What the state is multiplied by in so many idle steps, one factor for each of its tensors. */
  shrink(steps: number): readonly number[];
  /**
   * Makes up for a stretch of idle steps: p <- keep p - moved u, where u is the direction that
   * the state had when the row was last touched; the state shrinks as it would have.
   */
  catchUp(row: RowSlice, idle: IdleStretch): void;
  /** The same for the parameter alone, which may be a copy: the state is only read. */
  look(row: RowSlice, idle: IdleStretch): void;
}

/** Some idle steps in a row, summed up. */
export interface IdleStretch {
  readonly steps: number;
  readonly keep: number;
  readonly moved: number;
  /** The mean of what epsilon amounted to, weighted by the steps' sizes. */
  readonly epsilon: number;
  readonly shrink: readonly number[];
}

/** Nothing happens to a row without gradient: what rules without a denominator build on. */
export const still: IdleRule = {
  after: 0,
  decay: 0,
  keep: () => 1,
  stepWeight: () => 0,
  epsilon: () => 0,
  epsilonGrowth: 1,
  shrink: () => [],
  catchUp: () => {},
  look: () => {},
};
