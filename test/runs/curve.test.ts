import { describe, expect, it } from 'vitest';
import type { Curve } from '../../src/protocol/dashboard';
import { type BatchPoint, CurveBuilder, curveStart, emptyCurve } from '../../src/runs/curve';
import { seededRandom } from './support';

const mostPoints = 2000;

function batches(count: number, seed = 1): BatchPoint[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    step: i + 1,
    loss: 1 / (i + 1) + random(),
    accuracy: random(),
    learningRate: 0.001 * random(),
  }));
}

function build(points: readonly BatchPoint[]): CurveBuilder {
  const builder = new CurveBuilder();
  for (const point of points) builder.add(point);
  return builder;
}

/** The same curve, computed from all batches at once. */
function plainCurve(points: readonly BatchPoint[]): Curve {
  let size = 1;
  while (Math.ceil(points.length / size) > mostPoints) size *= 2;
  const curve = emptyCurve();
  for (let start = 0; start < points.length; start += size) {
    const bucket = points.slice(start, start + size);
    const end = start + bucket.length;
    const mean = (column: keyof BatchPoint) =>
      bucket.reduce((sum, point) => sum + point[column], 0) / bucket.length;
    curve.step.push(bucket.at(-1)!.step);
    for (const column of ['loss', 'accuracy', 'learningRate'] as const) curve[column].push(mean(column));
    curve.smoothLoss.push(weightedMean(points, end, 'loss'));
    curve.smoothAccuracy.push(weightedMean(points, end, 'accuracy'));
  }
  return curve;
}

/** Of the batches before `end`: each counts 0.95 times as much as the next one. Older than 400, nothing counts. */
function weightedMean(points: readonly BatchPoint[], end: number, column: 'loss' | 'accuracy'): number {
  let sum = 0;
  let weights = 0;
  for (let back = 0; back < Math.min(end, 400); back++) {
    sum += 0.95 ** back * points[end - 1 - back]![column];
    weights += 0.95 ** back;
  }
  return sum / weights;
}

const columns = Object.keys(emptyCurve()) as (keyof Curve)[];

function expectSameCurve(actual: Curve, expected: Curve): void {
  for (const column of columns) {
    expect(actual[column].length, column).toBe(expected[column].length);
    const largest = Math.max(0, ...actual[column].map((value, i) => Math.abs(value - expected[column][i]!)));
    expect(largest, column).toBeLessThan(1e-8);
  }
}

describe('CurveBuilder', () => {
  it.each([0, 1, 2, 1999, 2000, 2001, 2002, 4000, 4001, 10_007])('keeps the means of %i batches', (count) => {
    const points = batches(count);
    const { curve } = build(points);
    expect(curve.step.length).toBeLessThanOrEqual(mostPoints);
    expectSameCurve(curve, plainCurve(points));
  });

  it('says which batches a bucket ends with', () => {
    const { curve, position } = build(batches(8001));
    expect(curve.step.slice(0, 3)).toEqual([8, 16, 24]);
    expect(curve.step.slice(-2)).toEqual([8000, 8001]);
    expect(position).toEqual({ batchesPerBucket: 8, buckets: 1001, lastStep: 8001 });
  });

  it.each([1, 2, 3, 4, 5])('gives deltas that rebuild the curve, wherever a reader is (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const points = batches(9000, seed);
    const builder = new CurveBuilder();
    const readers = [0.001, 0.01, 0.1].map((share) => ({ share, position: curveStart, curve: emptyCurve() }));
    const read = (reader: (typeof readers)[number]) => {
      const delta = builder.since(reader.position);
      reader.position = builder.position;
      if (!delta) return;
      for (const column of columns) reader.curve[column].splice(delta.from, Infinity, ...delta[column]);
    };
    for (const point of points) {
      builder.add(point);
      for (const reader of readers) if (random() < reader.share) read(reader);
    }
    for (const reader of readers) {
      read(reader);
      expect(reader.curve).toEqual(builder.curve);
    }
  });

  it('gives nothing to a reader who has everything, and little to one who has nearly everything', () => {
    const points = batches(3000);
    const builder = build(points.slice(0, 2990));
    const { position } = builder;
    expect(builder.since(position)).toBeUndefined();
    for (const point of points.slice(2990)) builder.add(point);
    const delta = builder.since(position)!;
    expect(delta.from).toBe(position.buckets - 1);
    expect(delta.step.length).toBeLessThanOrEqual(6);
  });
});
