import type { Curve, EpochPoint } from '../src/protocol/dashboard';

/** A column of a chart's data: a value for each x, null where a curve has none there. */
export type Column = (number | null)[];

/** Points of one or more curves over a common, rising x. */
export interface Aligned {
  x: number[];
  columns: Column[];
}

/** A curve before it is aligned: y by x, x rising. */
export interface Points {
  x: readonly number[];
  y: readonly (number | null)[];
}

/** Brings curves over different x together: every x that any curve has, and nulls in the others. */
export function align(curves: readonly Points[]): Aligned {
  const x = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  const columns = curves.map((curve) => {
    const column: Column = new Array(x.length).fill(null);
    let at = 0;
    for (const [i, value] of curve.y.entries()) {
      while (x[at]! < curve.x[i]!) at++;
      column[at] = Number.isFinite(value) ? value : null;
    }
    return column;
  });
  return { x, columns };
}

/** What x is. */
export interface PlotAxis {
  /** Stands below it. */
  label: string;
  isLog?: boolean;
  /** Whether there is room beyond the first and the last value, for markers that stand there. */
  isPadded?: boolean;
  /** The marks between two values; where there are none, round ones at distances of `increments`. */
  marks?: (low: number, high: number) => number[];
  /** The distances that marks may have. */
  increments?: readonly number[];
  mark: (value: number) => string;
  /** What a value of x is called: "Epoch 1.25". */
  head: (value: number) => string;
}

/** How steps become the x of a chart: epochs where it is known how many batches one has. */
export interface Scale {
  unit: 'epoch' | 'batch' | 'iteration';
  stepsPerUnit: number;
}

/** The epoch axis needs the batches an epoch has, which the header or the first epoch tells. */
export function scaleOf(batches: number, epochs: readonly EpochPoint[]): Scale {
  const first = epochs[0];
  const stepsPerUnit = batches || (first ? first.step / first.epoch : 0);
  return stepsPerUnit > 0 ? { unit: 'epoch', stepsPerUnit } : { unit: 'batch', stepsPerUnit: 1 };
}

const plain = (value: number) => String(Number(value.toFixed(2)));

/** The x of a chart of training. */
export const progressAxes: Readonly<Record<Scale['unit'], PlotAxis>> = {
  epoch: {
    label: 'epoch',
    increments: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000],
    mark: plain,
    head: (value) => `Epoch ${value.toFixed(2)}`,
  },
  batch: {
    label: 'batch',
    increments: wholeIncrements(),
    mark: plain,
    head: (value) => `Batch ${value}`,
  },
  iteration: {
    label: 'iteration',
    increments: wholeIncrements(),
    mark: plain,
    head: (value) => `Iteration ${value}`,
  },
};

/** 1, 2, 5, 10, 20, … for an axis that counts. */
export function wholeIncrements(): number[] {
  return [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
}

type CurveColumn = Exclude<keyof Curve, 'step'>;

export function curvePoints(curve: Curve, column: CurveColumn, scale: Scale): Points {
  return { x: curve.step.map((step) => step / scale.stepsPerUnit), y: curve[column] };
}

export function epochPoints(
  epochs: readonly EpochPoint[],
  value: (epoch: EpochPoint) => number | null,
  scale: Scale,
): Points {
  return { x: epochs.map(({ step }) => step / scale.stepsPerUnit), y: epochs.map(value) };
}

/** What was measured over a whole epoch, not at its end, stands in its middle. */
export function epochMeans(
  epochs: readonly EpochPoint[],
  value: (epoch: EpochPoint) => number | null,
  scale: Scale,
): Points {
  const middle = ({ step, epoch }: EpochPoint) => (step - step / epoch / 2) / scale.stepsPerUnit;
  return { x: epochs.map(middle), y: epochs.map(value) };
}

/** Indices of at most `most` of `length` items, evenly spread, the first and the last among them. */
export function sample(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (length - 1)) / (most - 1)));
}

/** The epoch whose model is kept: the last one that was the best so far. */
export function bestEpoch(epochs: readonly EpochPoint[]): EpochPoint | undefined {
  return epochs.findLast(({ best }) => best);
}
