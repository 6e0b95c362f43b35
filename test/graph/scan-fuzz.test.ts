import { describe, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import * as g from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Value } from '../../src/graph/ops';
import { type ScanStep, scan } from '../../src/graph/scan';
import { broadcastShapes, type Shape, sameShape } from '../../src/graph/shape';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { expectClose } from '../support/close';
import { executor } from '../support/run';

const [TIME, BATCH, WIDTH, SEEDS] = [3, 2, 2, 50];
const STATE: Shape = ['batch', WIDTH];

type Sources = [Value, Value, Value, Value, Value, Value, Value, Value, Value];
type Step = (carries: readonly Value[], slices: readonly Value[], captured: readonly Value[]) => ScanStep;

const unary: readonly ((x: Value) => Value)[] = [
  g.tanh,
  g.sigmoid,
  g.neg,
  g.softplus,
  (x) => g.exp(g.tanh(x)),
  (x) => g.log(g.add(g.softplus(x), 0.5)),
  (x) => g.sqrt(g.add(g.mul(x, x), 0.5)),
  (x) => g.mul(x, x),
  (x) => g.sub(1, x),
  g.relu,
];

const binary: readonly ((a: Value, b: Value) => Value)[] = [
  g.add,
  g.sub,
  g.mul,
  g.mul,
  (a, b) => g.mul(g.mul(a, b), a),
  (a, b) => g.div(a, g.add(g.softplus(b), 0.5)),
];

/** Operations on a whole state, with a matrix of the outer graph at hand. */
const onState: readonly ((x: Value, weight: Value) => Value)[] = [
  (x, weight) => g.matmul(x, weight),
  (x, weight) => g.matmul(x, weight, { transposeB: true }),
  (x) => g.sum(x, [-1], true),
  (x) => g.max(x, [-1], true),
  g.logSoftmax,
  (x, weight) => {
    const [left, right] = g.split(g.concat([x, g.matmul(x, weight)], -1), -1, [1, 3]);
    return g.mul(left!, g.sum(right!, [-1], true));
  },
  (x) => g.reshape(g.tanh(g.reshape(x, ['batch', 1, WIDTH])), STATE),
  (x) => g.concat(g.split(x, -1, [1, 1]).reverse(), -1),
];

/** Draws a step once; it can then be built in a scan and, time by time, without one. */
function randomStep(random: Random): Step {
  const pick = <T>(list: readonly T[]) => list[random.integer(list.length)]!;
  const plan = Array.from({ length: 4 + random.integer(8) }, () => ({
    kind: pick(['unary', 'binary', 'binary', 'state'] as const),
    unary: pick(unary),
    binary: pick(binary),
    onState: pick(onState),
    first: random.next(),
    second: random.next(),
  }));
  const ends = Array.from({ length: 4 }, () => random.next());
  return (carries, slices, captured) => {
    const pool = [...carries, ...slices, ...captured.slice(1)];
    const at = (share: number, list: readonly Value[]) => list[Math.floor(share * list.length)]!;
    const states = () => pool.filter(({ shape }) => sameShape(shape, STATE));
    for (const { kind, first, second, ...ops } of plan) {
      if (kind === 'unary') pool.push(ops.unary(at(first, pool)));
      else if (kind === 'binary') pool.push(ops.binary(at(first, pool), at(second, pool)));
      else pool.push(ops.onState(at(first, states()), captured[0]!));
    }
    const asState = (value: Value) => g.broadcast(value, broadcastShapes(value.shape, STATE));
    const newest = pool.slice(-6);
    return {
      carries: carries.map((carry, i) => g.tanh(g.add(asState(at(ends[i]!, newest)), g.mul(carry, 0.5)))),
      stacked: [at(ends[2]!, newest), at(ends[3]!, pool)],
    };
  };
}

/** The same recurrence without a scan: each step by itself, its results put together again. */
function unrolled(
  step: Step,
  initial: readonly Value[],
  sequences: readonly Value[],
  captured: readonly Value[],
  reverse: boolean,
): Value[] {
  let carries = initial;
  const stacked: Value[][] = [[], []];
  for (let i = 0; i < TIME; i++) {
    const t = reverse ? TIME - 1 - i : i;
    const slices = sequences.map((sequence) =>
      g.reshape(g.trim(sequence, 0, t, TIME - 1 - t), sequence.shape.slice(1)),
    );
    const next = step(carries, slices, captured);
    carries = next.carries;
    next.stacked.forEach((value, k) => {
      stacked[k]![t] = g.reshape(value, [1, ...value.shape]);
    });
  }
  return [...carries, ...stacked.map((values) => g.concat(values, 0))];
}

describe('the gradient of a scan equals that of its steps written out', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`seed ${seed}`, async () => {
      const random = createRandom(seed);
      const reverse = random.next() < 0.5;
      const step = randomStep(random);
      const sources = [
        g.input('h', STATE),
        g.input('c', STATE),
        g.input('x', [TIME, 'batch', WIDTH]),
        g.input('row', [TIME, WIDTH]),
        g.input('scalar', [TIME]),
        g.input('weight', [WIDTH, WIDTH]),
        g.input('bias', [WIDTH]),
        g.input('factor', []),
        g.input('offset', STATE),
      ];
      const [h, c, x, row, scalar, weight, bias, factor, offset] = sources as Sources;
      // Some of what goes in depends on the sources, so that gradients must go on behind the scan.
      const initial = [h, g.tanh(g.add(c, bias))];
      const sequences = [x, row, g.sigmoid(scalar)];
      const captured = [weight, bias, g.tanh(factor), g.mul(bias, factor), offset];
      const looped = scan({ initial, sequences, captured, reverse, step });
      const pairs = [
        [...looped.carries, ...looped.stacked],
        unrolled(step, initial, sequences, captured, reverse),
      ];
      const seeds = pairs[0]!.map((result, i) => g.input(`seed${i}`, result.shape));
      const gradients = pairs.map((results) => differentiate(results, seeds, sources));

      const inputs = [...sources, ...seeds];
      const feeds: Record<string, Tensor> = Object.fromEntries(
        inputs.map(({ name, shape }) => {
          const tensor = floatTensor(shape.map((dim) => (typeof dim === 'string' ? BATCH : dim)));
          for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = 2 * random.next() - 1;
          return [name!, tensor];
        }),
      );
      const outputs = Object.fromEntries(
        ['loop', 'steps'].flatMap((kind, k) => [
          ...pairs[k]!.map((value, i) => [`${kind} result ${i}`, value] as const),
          ...sources.map(
            ({ name, shape }, i) => [`${kind} d${name}`, gradients[k]![i] ?? g.fill(0, shape)] as const,
          ),
        ]),
      );
      const executable = await executor.compile({ name: `seed ${seed}`, inputs, outputs });
      const results = await executable.run(feeds);
      await executable.release();
      for (const [name, { data }] of Object.entries(results)) {
        if (!name.startsWith('loop')) continue;
        const steps = results[name.replace('loop', 'steps')]!;
        expectClose(data as Float32Array, steps.data as Float32Array, 2e-5, `seed ${seed}: ${name}`);
      }
    });
  }
});
