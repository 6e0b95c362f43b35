import { add, copyNode, isPositive, mul, relu, sub } from '../../src/graph/build';
import type { OpName, Value } from '../../src/graph/ops';
import type { Program } from '../../src/graph/program';
import { topologicalOrder } from '../../src/graph/walk';

const products: readonly OpName[] = ['matmul', 'affine', 'outerSum', 'convolution', 'convolutionMax'];

/** From here on a number is infinite in 16 bits; below the second one it has fewer digits the smaller it is. */
const [INFINITE, SUBNORMAL] = [65_520, 2 ** -14];

/**
 * A program whose products, but for those in loops, take their operands as 16-bit floats would hold them. Written in
 * 32-bit arithmetic: onnxruntime's CPU provider leaves a cast to 16 bits and back out.
 */
export function halfProducts(program: Program): Program {
  const known = new Map<Value, Value>();
  const newOf = (value: Value) => known.get(value) ?? value;
  for (const node of topologicalOrder(Object.values(program.outputs))) {
    const isProduct = products.includes(node.op);
    if (!isProduct && !node.inputs.some((operand) => known.has(operand))) continue;
    const operands = node.inputs.map(newOf);
    const copy = copyNode(node, isProduct ? operands.map(rounded) : operands);
    node.outputs.forEach((output, i) => {
      known.set(output, copy.outputs[i]!);
    });
  }
  const outputs = Object.entries(program.outputs).map(([name, value]) => [name, newOf(value)]);
  return { ...program, outputs: Object.fromEntries(outputs) };
}

function rounded(x: Value): Value {
  const size = add(relu(x), relu(mul(x, -1)));
  // Veltkamp's splitting: what is left of x where 13 of its bits are cut off.
  const shifted = mul(x, 2 ** 13 + 1);
  const normal = sub(shifted, sub(shifted, x));
  // The numbers beside 0.75 are as far apart as the smallest ones of 16 bits.
  const subnormal = sub(add(x, 0.75), 0.75);
  const finite = add(normal, mul(isPositive(sub(SUBNORMAL, size)), sub(subnormal, normal)));
  return mul(finite, add(1, mul(isPositive(sub(size, INFINITE)), 3e38)));
}
