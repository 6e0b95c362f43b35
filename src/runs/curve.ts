import type { Curve, CurveDelta } from '../protocol/dashboard';

/** More points than this no screen shows; two buckets are merged into one when it is reached. */
const maxBuckets = 2000;

/** The share of the old mean that a batch leaves: a moving average over about 20 batches. */
const smoothing = 0.95;

export interface BatchPoint {
  /** Steps count from 1 and rise. */
  step: number;
  loss: number;
  accuracy: number;
  learningRate: number;
}

/** How far a reader has read; see `CurveBuilder.since`. */
export interface CurvePosition {
  batchesPerBucket: number;
  buckets: number;
  lastStep: number;
}

export const curveStart: CurvePosition = { batchesPerBucket: 1, buckets: 0, lastStep: 0 };

/**
 * The training curve of a run, kept at no more than 2 000 points however many batches there are: neighbouring
 * batches share a bucket, and whenever all buckets are full, each two become one of twice as many batches.
 * Adding a batch costs constant time, amortized.
 */
export class CurveBuilder {
  #batchesPerBucket = 1;
  /** Batches in the last bucket. */
  #filled = 0;
  readonly #curve = emptyCurve();
  readonly #smoothLoss = new MovingAverage(smoothing);
  readonly #smoothAccuracy = new MovingAverage(smoothing);

  add({ step, loss, accuracy, learningRate }: BatchPoint): void {
    const { step: steps } = this.#curve;
    if (steps.length === 0 || this.#filled === this.#batchesPerBucket) {
      if (steps.length === maxBuckets) this.#halve();
      for (const column of columns) this.#curve[column].push(0);
      this.#filled = 0;
    }
    const last = steps.length - 1;
    const count = ++this.#filled;
    const mean = (column: number[], value: number) => {
      column[last] = column[last]! + (value - column[last]!) / count;
    };
    mean(this.#curve.loss, loss);
    mean(this.#curve.accuracy, accuracy);
    mean(this.#curve.learningRate, learningRate);
    this.#curve.step[last] = step;
    this.#curve.smoothLoss[last] = this.#smoothLoss.add(loss);
    this.#curve.smoothAccuracy[last] = this.#smoothAccuracy.add(accuracy);
  }

  get curve(): Readonly<Curve> {
    return this.#curve;
  }

  get position(): CurvePosition {
    const { step } = this.#curve;
    return { batchesPerBucket: this.#batchesPerBucket, buckets: step.length, lastStep: step.at(-1) ?? 0 };
  }

  /** What has changed since a reader was at `position`; undefined where nothing has. */
  since(position: CurvePosition): CurveDelta | undefined {
    const now = this.position;
    if (now.lastStep === position.lastStep) return undefined;
    // The last bucket that the reader has may have got more batches since.
    const same = now.batchesPerBucket === position.batchesPerBucket;
    const from = same ? Math.max(0, position.buckets - 1) : 0;
    const delta: CurveDelta = { from, ...emptyCurve() };
    for (const column of columns) delta[column] = this.#curve[column].slice(from);
    return delta;
  }

  #halve(): void {
    const { step, smoothLoss, smoothAccuracy, ...means } = this.#curve;
    for (let pair = 0; pair < maxBuckets / 2; pair++) {
      // A bucket's end is that of its second half.
      for (const column of [step, smoothLoss, smoothAccuracy]) column[pair] = column[2 * pair + 1]!;
      for (const column of Object.values(means)) {
        column[pair] = (column[2 * pair]! + column[2 * pair + 1]!) / 2;
      }
    }
    for (const column of columns) this.#curve[column].length = maxBuckets / 2;
    this.#filled = this.#batchesPerBucket *= 2;
  }
}

const columns = ['step', 'loss', 'smoothLoss', 'accuracy', 'smoothAccuracy', 'learningRate'] as const;

export function emptyCurve(): Curve {
  return { step: [], loss: [], smoothLoss: [], accuracy: [], smoothAccuracy: [], learningRate: [] };
}

/** An exponential moving average that starts at the first value instead of 0 (Adam's bias correction). */
class MovingAverage {
  #sum = 0;
  #weight = 0;

  constructor(private readonly keep: number) {}

  add(value: number): number {
    this.#sum = this.keep * this.#sum + (1 - this.keep) * value;
    this.#weight = this.keep * this.#weight + (1 - this.keep);
    return this.#sum / this.#weight;
  }
}
