import { mul, sub } from './build';
import type { Attributes, Node, Value } from './ops';

/** Products that some nodes compute anyway: what else is multiplied takes them instead of making them again. */
export class KnownProducts {
  private readonly products: readonly Node[];

  constructor(private readonly nodes: ReadonlySet<Node>) {
    this.products = [...nodes].filter(({ op }) => op === 'mul');
  }

  /** a b, with as much of it as is known. */
  times(a: Value, b: Value): Value {
    let factors = [...this.factorsOf(a), ...this.factorsOf(b)];
    for (const { inputs, outputs } of this.products) {
      const [x, y] = inputs as [Value, Value];
      const rest = without(factors, x, y);
      if (rest) {
        factors = [outputs[0]!, ...rest];
        continue;
      }
      // x (1 - y^2) is x - (x y) y: tanh's gradient in two operations instead of three.
      const complement = factors.find((factor) => isSquareComplement(factor, y));
      const others = complement && without(factors, x, complement);
      if (others) factors = [sub(x, mul(outputs[0]!, y)), ...others];
    }
    return factors.reduce(mul);
  }

  /** What a product that is not known is made of. */
  private factorsOf(value: Value): Value[] {
    const { node } = value;
    if (node.op !== 'mul' || this.nodes.has(node)) return [value];
    return node.inputs.flatMap((operand) => this.factorsOf(operand));
  }
}

/** The values but for one of each of these two; undefined where not both are there. */
function without(values: readonly Value[], ...taken: [Value, Value]): Value[] | undefined {
  const rest = [...values];
  for (const value of taken) {
    const at = rest.indexOf(value);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest;
}

/** Whether the value is 1 - y^2. */
function isSquareComplement({ node }: Value, y: Value): boolean {
  if (node.op !== 'sub') return false;
  const [whole, { node: square }] = node.inputs as [Value, Value];
  const { data } = whole.node.attributes as Partial<Attributes['constant']>;
  const isOne = whole.node.op === 'constant' && whole.shape.length === 0 && data?.[0] === 1;
  return isOne && square.op === 'mul' && square.inputs.every((operand) => operand === y);
}
