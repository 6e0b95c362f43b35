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
  /** The same step for numbers in place, in one pass: rows of a table, or dense parameters. */
  readonly inPlace: StepRule;
  /** Missing where a row without gradient cannot be left alone: mostly with weight decay in the gradient. */
  readonly idle: IdleRule | undefined;
}

/** The steps that rows.wat computes: see there. */
export type StepKernel = 'adam' | 'scaledGradient' | 'rmsprop' | 'sgd' | 'momentum';
/** The stretches of idle steps that it computes. */
export type IdleKernel = 'adamIdle' | 'momentumIdle';

export interface StepRule {
  readonly kernel: StepKernel;
  /** What the kernel computes with besides parameter, state and gradient, in its order; the gradient counts times `scale`. */
  numbers(scale: number, scalars: Readonly<Record<string, number>>): readonly number[];
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
   * the state had when the row was last touched; the state shrinks as it would have. Missing where nothing moves or shrinks.
   */
  readonly kernel?: IdleKernel;
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
};
