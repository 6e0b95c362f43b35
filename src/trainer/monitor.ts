import type { EarlyStoppingOptions } from '../experiment/schema';
import type { EpochMetrics } from '../protocol/events';
import { isHigherBetter, metricOf } from '../protocol/metrics';

/** Watches one metric: which epoch is the best, and whether it has been long ago. */
export class Monitor {
  readonly metric: EarlyStoppingOptions['monitor'];
  best: { epoch: number; value: number | null } | undefined;
  /** What the next epoch has to surpass by `minDelta` to count as an improvement. */
  private reference: number | undefined;
  private epochsSince = 0;

  /** Without early stopping, the best epoch is the one of the lowest validation loss. */
  constructor(private readonly options: EarlyStoppingOptions | null) {
    this.metric = options?.monitor ?? 'validation.loss';
  }

  /**
   * Takes in an epoch's scores; says whether it is the best so far. With nothing to judge by,
   * the latest epoch is.
   */
  record(epoch: number, scores: EpochMetrics): boolean {
    const name = metricOf(this.metric);
    const sign = isHigherBetter(name) ? 1 : -1;
    const value = scores[name];
    const exceeds = (other: number | null | undefined, by: number) =>
      value !== null && (other == null || sign * (value - other) > by);
    if (exceeds(this.reference, this.options?.minDelta ?? 0)) {
      this.reference = value!;
      this.epochsSince = 0;
    } else {
      this.epochsSince++;
    }
    const isBest = exceeds(this.best?.value, 0) || (value === null && this.best?.value == null);
    if (isBest) this.best = { epoch, value };
    return isBest;
  }

  /** Whether patience is at its end. Without a metric, there is nothing to be patient with. */
  get shouldStop(): boolean {
    return this.options !== null && this.reference !== undefined && this.epochsSince >= this.options.patience;
  }
}
