import {
  addToDim,
  broadcastShapes,
  type Dim,
  type DType,
  formatShape,
  normalizeAxis,
  replaceAxis,
  type Shape,
  sameShape,
} from './shape';

/** One result of a node. Values are compared by identity; a graph is what its results reach. */
export interface Value {
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly output: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** A name for people: printed, and used in the ONNX file. Not necessarily unique. */
  name: string | undefined;
}

export interface Node<Op extends OpName = OpName> {
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes[Op];
  readonly outputs: Value[];
}

/**
 * What a scan repeats at every time step. `carries`, `slices` and `captured` are inputs of
 * the body (in that order the inputs of the scan node: initial carries, sequences, captured
 * values of the outer graph); `nextCarries` become the next step's carries.
 */
export interface ScanBody {
  readonly carries: readonly Value[];
  readonly slices: readonly Value[];
  readonly captured: readonly Value[];
  readonly nextCarries: readonly Value[];
  /** Values of the body that are collected over time; grows when a gradient needs more of them. */
  readonly stacked: Value[];
}

interface Empty {
  readonly none?: never;
}

interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** The `width` neighbours in time of which the first stands `before` times earlier. */
interface Window {
  readonly width: number;
  readonly before: number;
}

interface Ends {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Every operation with its attributes: the one list that all tables over operations follow. */
export interface Attributes {
  /** A value from outside: data, a parameter, or an input of a scan's body. */
  input: Empty;
  constant: { readonly data: readonly number[] };
  /** One value, repeated to a shape that may have named sizes. */
  fill: { readonly value: number; readonly shape: Shape };
  /** The whole numbers 0, 1, ..., size - 1. */
  range: { readonly size: Dim };
  toFloat: Empty;
  neg: Empty;
  exp: Empty;
  log: Empty;
  sqrt: Empty;
  sin: Empty;
  cos: Empty;
  /** 2 / sqrt pi times the integral of e^(-t^2) from 0 to x. */
  erf: Empty;
  tanh: Empty;
  sigmoid: Empty;
  relu: Empty;
  /** x Phi(x), with the normal distribution's Phi: exact, not by tanh. */
  gelu: Empty;
  /** log(1 + exp(x)), without overflow. */
  softplus: Empty;
  /** 1 where x > 0, else 0: a mask without gradient. */
  isPositive: Empty;
  /** 1 where a = b, else 0: a mask without gradient. */
  equal: Empty;
  add: Empty;
  sub: Empty;
  mul: Empty;
  div: Empty;
  /** `[..., m, k] x [k, n]`, or both with the same leading axes. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** `x [..., k], weight [k, n], bias [n] -> [..., n]`: the product with the bias added in one pass. */
  affine: Empty;
  /**
   * `x [time, batch, features], weight [width * features, n], bias [n] -> [time, batch, n]`: at each time, an affine
   * map of its window, whose vectors stand side by side; beyond both ends of time are zeros. A further result:
   * these windows, `[time, batch, width * features]`.
   */
  convolution: Window;
  /**
   * The largest values over time of a convolution: `x, weight, bias` as there, `mask [time, batch, 1]` with 0 at
   * times that do not count, `-> [batch, n]`. A further result: the values of all times without the bias and very
   * low where they do not count, `[time, batch, n]`.
   */
  convolutionMax: Window;
  /** `x [time, batch, features], at [n, batch] -> [n, batch, width * features]`: of each text its windows at n times. */
  gatherWindows: Window;
  /** The gradient of gatherWindows: `values [n, batch, width * features], at -> [time, batch, features]`, summed. */
  scatterAddWindows: Window & { readonly time: Dim };
  /** `a [..., m], b [..., n] -> [m, n]`: the outer products, summed over all leading axes. */
  outerSum: Empty;
  sum: Reduction;
  max: Reduction;
  /** The place of the largest value along an axis, of equal ones the first: whole numbers without gradient. */
  argMax: { readonly axis: number };
  /** Over the last axis. */
  softmax: Empty;
  /** Logarithm of the softmax over the last axis. */
  logSoftmax: Empty;
  /**
   * `x [..., n], weight [n], bias [n]`: each vector of the last axis brought to mean 0 and variance 1, then
   * scaled and moved. Further results: its mean and the inverse of its deviation, `[..., 1]`.
   */
  layerNorm: { readonly epsilon: number };
  reshape: { readonly shape: Shape };
  /** Repeats axes of size 1 (and adds leading axes) up to a shape. */
  broadcast: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  concat: { readonly axis: number };
  split: { readonly axis: number; readonly sizes: readonly number[] };
  /** Adds zeros at the two ends of an axis. */
  pad: Ends;
  /** Cuts off the two ends of an axis: the inverse of `pad`. */
  trim: Ends;
  /** `table [rows, ...], ids [...] -> [...ids, ...]`. */
  gatherRows: Empty;
  /** The gradient of gatherRows: `values [...ids, ...], ids -> [rows, ...]`, repeated ids summed. */
  scatterAddRows: { readonly rows: Dim };
  /**
   * `row [n], start [1], end [1] -> shape`: the numbers of a long row from `start` up to `end`, as many as the shape
   * has. Without gradient: of random numbers, which nothing is made of. Both ends are fed (int64), as whoever feeds
   * them knows the sizes by which a device would have to count.
   */
  window: { readonly shape: Shape };
  scan: { readonly body: ScanBody; readonly reverse: boolean };
}

export type OpName = keyof Attributes;

export interface Type {
  readonly shape: Shape;
  readonly dtype: DType;
}

type Infer<Op extends OpName> = (inputs: readonly Type[], attributes: Attributes[Op]) => Type[];

const float = (shape: Shape): Type[] => [{ shape, dtype: 'float32' }];

const unary = ([x]: readonly Type[]): Type[] => {
  requireFloat(x!);
  return float(x!.shape);
};

const binary = ([a, b]: readonly Type[]): Type[] => {
  requireFloat(a!);
  requireFloat(b!);
  return float(broadcastShapes(a!.shape, b!.shape));
};

const reduction = ([x]: readonly Type[], { axes, keepDims }: Reduction): Type[] => {
  const reduced = new Set(axes.map((axis) => normalizeAxis(axis, x!.shape.length)));
  const shape = x!.shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim));
  return float(keepDims ? shape : shape.filter((_, axis) => !reduced.has(axis)));
};

const resized =
  (sign: 1 | -1) =>
  ([x]: readonly Type[], { axis, before, after }: Ends): Type[] => {
    const at = normalizeAxis(axis, x!.shape.length);
    const resizedDim = addToDim(x!.shape[at]!, sign * (before + after));
    if (before < 0 || after < 0 || (typeof resizedDim === 'number' && resizedDim < 0)) {
      throw new Error(`axis ${axis} of ${formatShape(x!.shape)} has no ${before} + ${after} to lose`);
    }
    return float(replaceAxis(x!.shape, at, resizedDim));
  };

function requireFloat(type: Type): void {
  if (type.dtype !== 'float32') throw new Error(`expected float32, got ${type.dtype}`);
}

function swapLast(shape: Shape, swap: boolean): Shape {
  return swap ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
}

const affine = ([x, weight, bias]: readonly Type[]): Type[] => {
  if (x!.shape.at(-1) !== weight!.shape[0] || !sameShape(weight!.shape.slice(1), bias!.shape)) {
    const shapes = [x!, weight!, bias!].map(({ shape }) => formatShape(shape));
    throw new Error(`cannot map ${shapes[0]} by ${shapes[1]} and ${shapes[2]}`);
  }
  return float([...x!.shape.slice(0, -1), ...bias!.shape]);
};

/** The windows of `x [time, batch, features]` at all times: `[time, batch, width * features]`. */
function windowsOf(x: Type, { width, before }: Window): Type {
  const [time, batch, features] = x.shape;
  const known = typeof features === 'number' && x.shape.length === 3 && before >= 0 && before < width;
  if (!known) throw new Error(`cannot take windows of ${width} from ${formatShape(x.shape)}`);
  return { ...x, shape: [time!, batch!, width * features] };
}

/** How many times of each text `at [n, batch]` names. */
function timesFor({ shape, dtype }: Type, batch: Dim): Dim {
  if (dtype !== 'int64') throw new Error(`times must be int64, got ${dtype}`);
  if (shape.length !== 2 || shape[1] !== batch)
    throw new Error(`times ${formatShape(shape)} of ${batch} texts`);
  return shape[0]!;
}

/** What each operation's outputs look like; throws where the inputs do not fit. */
export const inferTypes: { readonly [Op in OpName]: Infer<Op> } = {
  input: () => {
    throw new Error('an input states its own type');
  },
  constant: () => {
    throw new Error('a constant states its own type');
  },
  fill: (_, { shape }) => float(shape),
  range: (_, { size }) => [{ shape: [size], dtype: 'int64' }],
  toFloat: ([x]) => float(x!.shape),
  neg: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  sin: unary,
  cos: unary,
  erf: unary,
  tanh: unary,
  sigmoid: unary,
  relu: unary,
  gelu: unary,
  softplus: unary,
  isPositive: unary,
  equal: binary,
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  matmul: ([a, b], { transposeA, transposeB }) => {
    const left = swapLast(a!.shape, transposeA);
    const right = swapLast(b!.shape, transposeB);
    const leading = right.slice(0, -2);
    const fits =
      left.length >= 2 &&
      right.length >= 2 &&
      left.at(-1) === right.at(-2) &&
      (leading.length === 0 || sameShape(leading, left.slice(0, -2)));
    if (!fits) throw new Error(`cannot multiply ${formatShape(left)} by ${formatShape(right)}`);
    return float([...left.slice(0, -1), right.at(-1)!]);
  },
  affine,
  convolution: ([x, weight, bias], window) => {
    const windows = windowsOf(x!, window);
    return [...affine([windows, weight!, bias!]), ...float(windows.shape)];
  },
  convolutionMax: ([x, weight, bias, mask], window) => {
    const [convolved] = affine([windowsOf(x!, window), weight!, bias!]) as [Type];
    const [time, batch, filters] = convolved.shape as [Dim, Dim, Dim];
    if (!sameShape(mask!.shape, [time, batch, 1]))
      throw new Error(`a mask ${formatShape(mask!.shape)} for ${formatShape(x!.shape)}`);
    return [...float([batch, filters]), ...float([time, batch, filters])];
  },
  gatherWindows: ([x, at], window) => {
    const [, batch, size] = windowsOf(x!, window).shape as [Dim, Dim, Dim];
    return float([timesFor(at!, batch), batch, size]);
  },
  scatterAddWindows: ([values, at], { width, time }) => {
    const [count, batch, size] = values!.shape as [Dim, Dim, Dim];
    const features = typeof size === 'number' ? size / width : 0;
    if (values!.shape.length !== 3 || timesFor(at!, batch) !== count || !Number.isInteger(features))
      throw new Error(`cannot put ${formatShape(values!.shape)} at ${formatShape(at!.shape)} by ${width}`);
    return float([time, batch, features]);
  },
  outerSum: ([a, b]) => {
    if (!sameShape(a!.shape.slice(0, -1), b!.shape.slice(0, -1))) {
      throw new Error(`leading axes of ${formatShape(a!.shape)} and ${formatShape(b!.shape)} differ`);
    }
    return float([a!.shape.at(-1)!, b!.shape.at(-1)!]);
  },
  sum: reduction,
  max: reduction,
  argMax: ([x], { axis }) => {
    const at = normalizeAxis(axis, x!.shape.length);
    return [{ shape: x!.shape.filter((_, i) => i !== at), dtype: 'int64' }];
  },
  softmax: unary,
  logSoftmax: unary,
  layerNorm: ([x, weight, bias]) => {
    const last = x!.shape.slice(-1);
    if (!sameShape(weight!.shape, last) || !sameShape(bias!.shape, last)) {
      const shapes = [weight!, bias!].map(({ shape }) => formatShape(shape));
      throw new Error(`cannot scale ${formatShape(x!.shape)} by ${shapes.join(' and ')}`);
    }
    const statistics = replaceAxis(x!.shape, -1, 1);
    return [...float(x!.shape), ...float(statistics), ...float(statistics)];
  },
  reshape: ([x], { shape }) => {
    const names = (s: Shape) => s.filter((dim) => typeof dim === 'string').sort();
    const size = (s: Shape) =>
      s.reduce<number>((count, dim) => (typeof dim === 'number' ? count * dim : count), 1);
    if (!sameShape(names(x!.shape), names(shape)) || size(x!.shape) !== size(shape)) {
      throw new Error(`cannot reshape ${formatShape(x!.shape)} to ${formatShape(shape)}`);
    }
    return [{ shape, dtype: x!.dtype }];
  },
  broadcast: ([x], { shape }) => {
    if (!sameShape(broadcastShapes(x!.shape, shape), shape)) {
      throw new Error(`cannot broadcast ${formatShape(x!.shape)} to ${formatShape(shape)}`);
    }
    return float(shape);
  },
  transpose: ([x], { permutation }) => {
    const everyAxisOnce = x!.shape.every((_, axis) => permutation.includes(axis));
    if (!everyAxisOnce || permutation.length !== x!.shape.length) {
      throw new Error(`[${permutation.join(', ')}] does not order the axes of ${formatShape(x!.shape)}`);
    }
    return [{ shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype }];
  },
  concat: (inputs, { axis }) => {
    const first = inputs[0]!.shape;
    const at = normalizeAxis(axis, first.length);
    const total = inputs.reduce((sum, { shape }) => {
      const dim = shape[at];
      if (typeof dim !== 'number' || !sameShape(replaceAxis(shape, at, 0), replaceAxis(first, at, 0))) {
        throw new Error(
          `cannot join ${inputs.map((input) => formatShape(input.shape)).join(' and ')} at ${axis}`,
        );
      }
      return sum + dim;
    }, 0);
    return float(replaceAxis(first, at, total));
  },
  split: ([x], { axis, sizes }) => {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (x!.shape[normalizeAxis(axis, x!.shape.length)] !== total) {
      throw new Error(`cannot split axis ${axis} of ${formatShape(x!.shape)} into ${sizes.join(' + ')}`);
    }
    return sizes.flatMap((size) => float(replaceAxis(x!.shape, axis, size)));
  },
  pad: resized(1),
  trim: resized(-1),
  gatherRows: ([table, ids]) => {
    if (ids!.dtype !== 'int64') throw new Error(`row ids must be int64, got ${ids!.dtype}`);
    return float([...ids!.shape, ...table!.shape.slice(1)]);
  },
  scatterAddRows: ([values, ids], { rows }) => {
    const rank = ids!.shape.length;
    if (!sameShape(values!.shape.slice(0, rank), ids!.shape)) {
      throw new Error(`ids ${formatShape(ids!.shape)} do not say where ${formatShape(values!.shape)} goes`);
    }
    return float([rows, ...values!.shape.slice(rank)]);
  },
  window: ([row, start, end], { shape }) => {
    if (row!.shape.length !== 1) throw new Error(`a window of ${formatShape(row!.shape)}, which is no row`);
    for (const { shape: at, dtype } of [start!, end!]) {
      if (dtype !== 'int64' || !sameShape(at, [1]))
        throw new Error(`a window's ends are int64 [1], not ${dtype} ${formatShape(at)}`);
    }
    return float(shape);
  },
  scan: (inputs, { body }) => {
    const expected = [...body.carries, ...body.slices, ...body.captured];
    if (inputs.length !== expected.length) throw new Error('a scan has one input for each input of its body');
    inputs.forEach(({ shape }, i) => {
      const isSequence = i >= body.carries.length && i < body.carries.length + body.slices.length;
      const step = isSequence ? shape.slice(1) : shape;
      if (!sameShape(step, expected[i]!.shape)) {
        throw new Error(
          `scan input ${i}: ${formatShape(step)} does not fit ${formatShape(expected[i]!.shape)}`,
        );
      }
    });
    body.nextCarries.forEach((next, i) => {
      if (!sameShape(next.shape, body.carries[i]!.shape)) throw new Error(`carry ${i} changes its shape`);
    });
    const sequences = inputs.slice(body.carries.length, body.carries.length + body.slices.length);
    const time = sequences[0]!.shape[0]!;
    const other = sequences.find(({ shape }) => shape[0] !== time);
    if (other) throw new Error(`a scan over sequences of lengths ${time} and ${other.shape[0]}`);
    return [
      ...body.nextCarries.flatMap(({ shape }) => float(shape)),
      ...body.stacked.flatMap(({ shape }) => float([time, ...shape])),
    ];
  },
};
