import {
  add,
  broadcast,
  constant,
  copyNode,
  fill,
  input,
  makeNode,
  mul,
  neg,
  outerSum,
  pad,
  reshape,
  sub,
  sum,
  trim,
} from './build';
import { KnownProducts } from './known-products';
import type { Attributes, Node, OpName, Value } from './ops';
import { stackedOutput } from './scan';
import { type Shape, sameShape } from './shape';
import { dependents, topologicalOrder } from './walk';

export type Differentiate = (
  results: readonly Value[],
  seeds: readonly Value[],
  sources: readonly Value[],
) => (Value | undefined)[];

/**
 * Operations that mean the same for one time step and for all steps at once, as long as axes
 * count from the back. What a backward step computes with them from forward values alone is
 * taken out of its loop.
 */
const timeParallel: ReadonlySet<OpName> = new Set<OpName>([
  'neg',
  'exp',
  'log',
  'sqrt',
  'tanh',
  'sigmoid',
  'relu',
  'softplus',
  'isPositive',
  'equal',
  'add',
  'sub',
  'mul',
  'div',
]);

/**
 * The gradient of a scan: a scan in the other direction over the gradient of its body
 * (back-propagation through time). Three things keep its loop small:
 * - forward values that the backward step needs are collected by the forward scan;
 * - what depends on forward values alone is computed for all steps at once, before the loop;
 * - a weight's gradient, a sum over time of outer products, is one large product after the loop.
 *
 * `gradients`: one for each output of the node, where there is one. `wanted`: for which inputs.
 */
export function scanGradient(
  node: Node<'scan'>,
  gradients: readonly (Value | undefined)[],
  wanted: readonly boolean[],
  differentiate: Differentiate,
): (Value | undefined)[] {
  const { body, reverse } = node.attributes;
  const carryCount = body.carries.length;
  const bodyInputs = [...body.carries, ...body.slices, ...body.captured];

  // One backward step: the gradients of what the step gave, to the gradients of what it took.
  const carrySeeds = body.nextCarries.map((next, i) => input(gradientName(body.carries[i]!), next.shape));
  const seededOutputs = gradients
    .slice(carryCount)
    .flatMap((gradient, i) => (gradient ? [{ gradient, i }] : []));
  const stackedSeeds = seededOutputs.map(({ i }) =>
    input(gradientName(body.stacked[i]!), body.stacked[i]!.shape),
  );
  const results = [...body.nextCarries, ...seededOutputs.map(({ i }) => body.stacked[i]!)];
  const sources = bodyInputs.map((value, i) => (i < carryCount || wanted[i] ? value : undefined));
  const found = differentiate(
    results,
    [...carrySeeds, ...stackedSeeds],
    sources.filter((source) => source !== undefined),
  );
  let next = 0;
  const bodyGradients = sources.map((source) => (source ? found[next++] : undefined));

  const move = new BackwardBody(node, results, [...carrySeeds, ...stackedSeeds], bodyGradients);
  const nextCarries = carrySeeds.map((seed, i) => {
    const gradient = bodyGradients[i];
    return gradient ? move.intoLoop(gradient) : fill(0, seed.shape);
  });
  const perInput = bodyGradients.map((gradient, i) => {
    if (!gradient || i < carryCount) return undefined;
    return i < carryCount + body.slices.length ? move.collected(gradient) : move.summedOverTime(gradient);
  });

  const backward = makeNode(
    'scan',
    [
      ...carrySeeds.map((seed, i) => gradients[i] ?? fill(0, seed.shape)),
      ...seededOutputs.map(({ gradient }) => gradient),
      ...move.sequences,
      ...move.capturedOuter,
    ],
    {
      body: {
        carries: carrySeeds,
        slices: [...stackedSeeds, ...move.slices],
        captured: move.captured,
        nextCarries,
        stacked: [],
      },
      reverse: !reverse,
    },
  );
  return perInput.map((gradient, i) => (i < carryCount ? backward.outputs[i] : gradient?.(backward)));
}

/** How a gradient is read off the finished backward scan. */
type Later = (backward: Node<'scan'>) => Value;

/** What depends on the gradients that a step is given, times what the forward pass alone tells. */
interface Product {
  readonly base: Value;
  readonly factor: Value;
}

const one = constant(1);
const combined: { readonly [Op in OpName]?: (a: Value, b: Value) => Value } = { add, sub };

/** Moves the expressions of one backward step to where they belong: into the loop, or out of it. */
class BackwardBody {
  readonly slices: Value[] = [];
  readonly sequences: Value[] = [];
  readonly captured: Value[] = [];
  readonly capturedOuter: Value[] = [];
  private readonly live: Set<Value>;
  private readonly forwardNodes: Set<Node>;
  private readonly knownProducts: KnownProducts;
  private readonly products = new Map<Value, Product | undefined>();
  private readonly inLoop = new Map<Value, Value>();
  private readonly outside = new Map<Value, Value>();

  constructor(
    private readonly forward: Node<'scan'>,
    results: readonly Value[],
    seeds: readonly Value[],
    gradients: readonly (Value | undefined)[],
  ) {
    const order = topologicalOrder(gradients.filter((gradient) => gradient !== undefined));
    this.live = dependents(order, seeds);
    this.forwardNodes = new Set(topologicalOrder(results));
    this.knownProducts = new KnownProducts(this.forwardNodes);
    for (const seed of seeds) this.inLoop.set(seed, seed);
  }

  /** The value inside the backward loop. */
  intoLoop(value: Value): Value {
    const known = this.inLoop.get(value);
    if (known) return known;
    const { node } = value;
    if (this.live.has(value) || !this.canLeaveLoop(value)) {
      const product = this.asProduct(value);
      if (product) {
        const made = mul(this.intoLoop(product.base), this.intoLoop(product.factor));
        made.name = value.name;
        this.inLoop.set(value, made);
        return made;
      }
      const copy = copyNode(
        node,
        node.inputs.map((operand) => this.intoLoop(operand)),
      );
      node.outputs.forEach((output, i) => {
        copy.outputs[i]!.name = output.name;
        this.inLoop.set(output, copy.outputs[i]!);
      });
      return this.inLoop.get(value)!;
    }
    if (node.op === 'constant' || node.op === 'fill') return value;
    const placeholder = input(value.name ?? node.op, value.shape);
    this.inLoop.set(value, placeholder);
    const outer = this.outer(value);
    if (isStacked(outer, value)) {
      this.slices.push(placeholder);
      this.sequences.push(outer);
    } else {
      this.captured.push(placeholder);
      this.capturedOuter.push(outer);
    }
    return placeholder;
  }

  /**
   * (g a) b, with a and b from the forward pass, as g (a b), and g - g a as g (1 - a): the loop is left with one
   * product for each of them, since the factor is computed outside of it, for all steps at once.
   */
  private asProduct(value: Value): Product | undefined {
    if (!this.products.has(value)) this.products.set(value, this.findProduct(value));
    return this.products.get(value);
  }

  private findProduct({ node }: Value): Product | undefined {
    const combine = combined[node.op];
    if (combine) {
      const [a, b] = node.inputs.map((operand) => this.asProduct(operand) ?? { base: operand, factor: one });
      const isSum = this.live.has(a!.base) && a!.base === b!.base;
      return isSum ? { base: a!.base, factor: combine(a!.factor, b!.factor) } : undefined;
    }
    if (node.op === 'neg') {
      const inner = this.asProduct(node.inputs[0]!);
      return inner && { base: inner.base, factor: neg(inner.factor) };
    }
    if (node.op !== 'mul') return undefined;
    const live = node.inputs.find((operand) => this.live.has(operand));
    const factor = node.inputs.find((operand) => operand !== live);
    if (!live || !factor || !this.isFactor(factor)) return undefined;
    const inner = this.asProduct(live);
    return inner
      ? { base: inner.base, factor: this.knownProducts.times(inner.factor, factor) }
      : { base: live, factor };
  }

  private isFactor(value: Value): boolean {
    return !this.live.has(value) && this.canLeaveLoop(value);
  }

  /** The value collected over time, once the backward scan is made. */
  collected(value: Value): Later {
    if (!this.live.has(value)) {
      const outer = this.outer(value);
      const time = this.forward.inputs[this.forward.attributes.body.carries.length]!.shape[0]!;
      const overTime = isStacked(outer, value) ? outer : broadcast(outer, [time, ...value.shape]);
      return () => overTime;
    }
    // A product that the loop itself has no use for is made of what it collects, for all steps at once.
    const product = this.inLoop.has(value) ? undefined : this.asProduct(value);
    if (product && sameShape(product.base.shape, value.shape)) {
      const base = this.collected(product.base);
      const factor = this.withStepRank(product.factor, value.shape.length);
      return (backward) => mul(base(backward), factor);
    }
    const inLoop = this.intoLoop(value);
    return (backward) => stackedOutput(backward, inLoop);
  }

  /** The value summed over time; a sum of products becomes one product of collected values. */
  summedOverTime(value: Value): Later {
    const { node } = value;
    if (node.op === 'add' && node.inputs.every(({ shape }) => shape.length === value.shape.length)) {
      const [a, b] = node.inputs.map((operand) => this.summedOverTime(operand));
      return (backward) => add(a!(backward), b!(backward));
    }
    if (node.op === 'outerSum') {
      const [a, b] = node.inputs.map((operand) => this.collected(operand));
      return (backward) => outerSum(a!(backward), b!(backward));
    }
    if (node.op === 'sum' && !(node.attributes as Attributes['sum']).keepDims) {
      const { axes } = node.attributes as Attributes['sum'];
      const summand = this.collected(node.inputs[0]!);
      return (backward) => sum(summand(backward), [0, ...axes.map((axis) => axis + 1)]);
    }
    const collected = this.collected(value);
    return (backward) => sum(collected(backward), [0]);
  }

  /** Whether the value is there for all steps at once, or can be computed so. */
  private canLeaveLoop({ node }: Value): boolean {
    return (
      node.inputs.length === 0 ||
      this.forwardNodes.has(node) ||
      (timeParallel.has(node.op) && node.inputs.every((operand) => this.canLeaveLoop(operand)))
    );
  }

  /** A value that depends on the forward pass alone, for all time steps at once: `[time, ...]`. */
  private outer(value: Value): Value {
    const known = this.outside.get(value);
    if (known) return known;
    const outer = this.makeOuter(value);
    this.outside.set(value, outer);
    return outer;
  }

  private makeOuter(value: Value): Value {
    const { body } = this.forward.attributes;
    const { node } = value;
    if (node.op === 'constant') return value;
    const inputIndex = [...body.carries, ...body.slices, ...body.captured].indexOf(value);
    if (inputIndex >= body.carries.length) return this.forward.inputs[inputIndex]!;
    if (inputIndex >= 0) return this.before(inputIndex);
    if (this.forwardNodes.has(node)) return stackedOutput(this.forward, value);
    const rank = Math.max(...node.inputs.map(({ shape }) => shape.length));
    return copyNode(
      node,
      node.inputs.map((operand) => this.withStepRank(operand, rank)),
    ).outputs[value.output]!;
  }

  /** A carry before each step: where it starts at zero and is collected after each step, the same one step later. */
  private before(carry: number): Value {
    const { body, reverse } = this.forward.attributes;
    const { node } = this.forward.inputs[carry]!;
    const startsAtZero = node.op === 'fill' && (node.attributes as Attributes['fill']).value === 0;
    const next = body.nextCarries[carry]!;
    if (!startsAtZero || !body.stacked.includes(next))
      return stackedOutput(this.forward, body.carries[carry]!);
    const after = stackedOutput(this.forward, next);
    return reverse ? pad(trim(after, 0, 1, 0), 0, 0, 1) : pad(trim(after, 0, 0, 1), 0, 1, 0);
  }

  /** With the time axis in front, an operand of lower rank no longer lines up by itself. */
  private withStepRank(value: Value, rank: number): Value {
    const outer = this.outer(value);
    if (!isStacked(outer, value) || value.shape.length === rank) return outer;
    const ones: Shape = Array.from({ length: rank - value.shape.length }, () => 1);
    return reshape(outer, [outer.shape[0]!, ...ones, ...value.shape]);
  }
}

/** Whether the outer value has the time axis in front; what follows from captured values alone has not. */
function isStacked(outer: Value, value: Value): boolean {
  return outer.shape.length > value.shape.length;
}

function gradientName(value: Value): string {
  return `${value.name ?? value.node.op}_grad`;
}
