import type { EarlyStoppingOptions } from '../experiment/schema';

/** What an epoch is judged by; null where there is nothing to evaluate on. */
export interface EpochScores {
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly macroF1: number | null;
}

const metrics = {
  'validation.loss': { of: ({ loss }: EpochScores) => loss, sign: -1 },
  'validation.accuracy': { of: ({ accuracy }: EpochScores) => accuracy, sign: 1 },
  'validation.macroF1': { of: ({ macroF1 }: EpochScores) => macroF1, sign: 1 },
} as const;

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
  record(epoch: number, scores: EpochScores): boolean {
    const { of, sign } = metrics[this.metric];
    const value = of(scores);
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
