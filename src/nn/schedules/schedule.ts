/** The training that a schedule is laid over. */
export interface Course {
  readonly learningRate: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  /** Whether the metric that reduceOnPlateau watches is the better the higher it is. */
  readonly isHigherBetter: boolean;
}

/** How the learning rate changes from step to step; steps count from 1, as everywhere in training. */
export interface Schedule {
  /** The rate that this step is taken with, as far as the epochs before it are known. */
  rate(step: number): number;
  /** Takes in an epoch's metric; null where there is none. */
  endEpoch(metric: number | null): void;
}
