import type { Course, Schedule } from './schedule';

export interface PlateauOptions {
  readonly type: 'reduceOnPlateau';
  readonly factor: number;
  /** So many epochs without improvement change nothing. */
  readonly patience: number;
  /** The share of the best value that a better one has to differ by. */
  readonly minDelta: number;
  /** So many epochs after a fall are not counted. */
  readonly cooldown: number;
  /** The lowest rate. */
  readonly minimum: number;
}

/** A rate that would fall by no more than this stays. */
const LEAST_FALL = 1e-8;

/** torch.optim.lr_scheduler.ReduceLROnPlateau with threshold_mode 'rel'. */
export function reduceOnPlateau(
  { factor, patience, minDelta, cooldown, minimum }: PlateauOptions,
  { learningRate, isHigherBetter }: Course,
): Schedule {
  let rate = learningRate;
  let best = isHigherBetter ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  let badEpochs = 0;
  let cooling = 0;
  return {
    rate: () => rate,
    endEpoch(metric) {
      if (metric === null) return;
      if (isHigherBetter ? metric > best * (1 + minDelta) : metric < best * (1 - minDelta)) {
        best = metric;
        badEpochs = 0;
      } else {
        badEpochs++;
      }
      if (cooling > 0) {
        cooling--;
        badEpochs = 0;
      }
      if (badEpochs <= patience) return;
      cooling = cooldown;
      badEpochs = 0;
      const next = Math.max(rate * factor, minimum);
      if (rate - next > LEAST_FALL) rate = next;
    },
  };
}
