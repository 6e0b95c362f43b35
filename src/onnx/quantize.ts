import {
  type ModelProto,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType as TensorType,
} from 'onnx-buf';
import { floatsOf, isLargeWeight, standardNode, storedTensor, withGraph } from './weights';

/**
 * Weights of products get seven bits of the eight. Processors without VNNI instructions add two products of an
 * unsigned and a signed byte in 16 bits: 2 x 255 x 64 just fits, 2 x 255 x 127 does not, and such a processor
 * would give other results than the one on which the model was measured.
 */
const productLevels = 64;

/** Rows of tables are only multiplied by their scale. */
const tableLevels = 127;

/** What the rewriting of a node adds to the model. */
interface Rewriting {
  readonly weights: ReadonlyMap<string, TensorProto>;
  readonly initializers: Map<string, TensorProto>;
  /** The inputs that are quantized already. */
  readonly quantized: Map<string, Quantized>;
}

interface Quantized {
  readonly values: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

type Rewrite = (node: NodeProto, rewriting: Rewriting) => NodeProto[] | undefined;

/**
 * The model with dynamically quantized linear layers: weights in 8-bit whole numbers with a scale for each output, the
 * other operand quantized as it comes (DynamicQuantizeLinear), the product in whole numbers (MatMulInteger). Tables that
 * rows are gathered from are stored in 8 bits with a scale for each row. Small weights and those inside of loops stay.
 */
export function quantizeWeights(model: ModelProto): ModelProto {
  const { node: nodes, initializer } = model.graph!;
  const weights = new Map(
    initializer.filter(isLargeWeight).map((tensor): [string, TensorProto] => [tensor.name, tensor]),
  );
  const rewriting: Rewriting = { weights, initializers: new Map(), quantized: new Map() };
  const rewritten = nodes.flatMap((node) => rewrites[node.opType]?.(node, rewriting) ?? [node]);
  const used = usedNames(rewritten);
  const kept = initializer.filter(({ name }) => used.has(name));
  return withGraph(model, rewritten, [...kept, ...rewriting.initializers.values()]);
}

const rewrites: Readonly<Record<string, Rewrite>> = {
  MatMul: (node, rewriting) => integerProduct(node, rewriting),
  Gemm: (node, rewriting) => (hasDefaults(node) ? integerProduct(node, rewriting) : undefined),
  Gather: ({ input: [table, ids], output, attribute }, { weights, initializers }) => {
    const weight = weights.get(table!);
    if (weight?.dims.length !== 2 || attribute.length > 0) return undefined;
    const [rows, columns] = weight.dims.map(Number) as [number, number];
    const [values, scales] = [`${table}_int8`, `${table}_scales`];
    if (!initializers.has(values)) {
      const found = quantizeRows(floatsOf(weight), rows, columns);
      initializers.set(values, storedTensor(values, TensorType.INT8, [rows, columns], found.values));
      initializers.set(scales, storedTensor(scales, TensorType.FLOAT, [rows, 1], found.scales));
    }
    const [result] = output as [string];
    return [
      standardNode('Gather', [values, ids!], [`${result}_int8`]),
      standardNode('Cast', [`${result}_int8`], [`${result}_levels`], { to: { int: TensorType.FLOAT } }),
      standardNode('Gather', [scales, ids!], [`${result}_scales`]),
      standardNode('Mul', [`${result}_levels`, `${result}_scales`], [result]),
    ];
  },
};

/** `x [..., k], weight [k, n], bias [n] (or none) -> [..., n]` in whole numbers. */
function integerProduct(
  { input: [x, name, bias], output: [result] }: NodeProto,
  rewriting: Rewriting,
): NodeProto[] | undefined {
  const weight = rewriting.weights.get(name!);
  if (weight?.dims.length !== 2) return undefined;
  const [values, scales] = storeColumns(weight, rewriting);
  const nodes: NodeProto[] = [];
  const operand = rewriting.quantized.get(x!) ?? quantizeOperand(x!, nodes);
  rewriting.quantized.set(x!, operand);
  const at = (part: string) => `${result}_${part}`;
  const product = bias ? at('product') : result!;
  nodes.push(
    standardNode('MatMulInteger', [operand.values, values, operand.zeroPoint], [at('int32')]),
    standardNode('Cast', [at('int32')], [at('sums')], { to: { int: TensorType.FLOAT } }),
    standardNode('Mul', [operand.scale, scales], [at('scales')]),
    standardNode('Mul', [at('sums'), at('scales')], [product]),
    ...(bias ? [standardNode('Add', [product, bias], [result!])] : []),
  );
  return nodes;
}

function quantizeOperand(x: string, nodes: NodeProto[]): Quantized {
  const names = { values: `${x}_uint8`, scale: `${x}_scale`, zeroPoint: `${x}_zero` };
  nodes.push(standardNode('DynamicQuantizeLinear', [x], Object.values(names)));
  return names;
}

/** The names of a weight's whole numbers `[k, n]` and of their scales `[n]`. */
function storeColumns(weight: TensorProto, { initializers }: Rewriting): [values: string, scales: string] {
  const [values, scales] = [`${weight.name}_int8`, `${weight.name}_scales`];
  if (!initializers.has(values)) {
    const [rows, columns] = weight.dims.map(Number) as [number, number];
    const found = quantizeColumns(floatsOf(weight), columns);
    initializers.set(values, storedTensor(values, TensorType.INT8, [rows, columns], found.values));
    initializers.set(scales, storedTensor(scales, TensorType.FLOAT, [columns], found.scales));
  }
  return [values, scales];
}

interface Levels {
  readonly values: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
}

/** `[rows, columns]`, each column divided by a scale of its own, so that its largest number is the highest level. */
export function quantizeColumns(floats: Float32Array, columns: number): Levels {
  const scales = new Float32Array(columns);
  for (let i = 0; i < floats.length; i++) {
    const size = Math.abs(floats[i]!) / productLevels;
    if (size > scales[i % columns]!) scales[i % columns] = size;
  }
  return { values: levels(floats, (i) => scales[i % columns]!), scales };
}

/** The same for rows. */
export function quantizeRows(floats: Float32Array, rows: number, columns: number): Levels {
  const scales = Float32Array.from({ length: rows }, (_, row) => {
    const ofRow = floats.subarray(row * columns, (row + 1) * columns);
    return ofRow.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / tableLevels;
  });
  return { values: levels(floats, (i) => scales[Math.floor(i / columns)]!), scales };
}

function levels(floats: Float32Array, scaleOf: (index: number) => number): Int8Array<ArrayBuffer> {
  // Not Int8Array.from: it lists all numbers first, eight bytes each.
  const values = new Int8Array(floats.length);
  for (let i = 0; i < values.length; i++) {
    const scale = scaleOf(i);
    values[i] = scale === 0 ? 0 : Math.round(floats[i]! / scale);
  }
  return values;
}

/** Whether a Gemm is x W + b, with nothing transposed and nothing scaled. */
function hasDefaults({ attribute }: NodeProto): boolean {
  return attribute.every(({ name, i, f }) => (name.startsWith('trans') ? i === 0n : f === 1));
}

/** What nodes read, those inside of loops too. */
function usedNames(nodes: readonly NodeProto[]): Set<string> {
  const names = new Set<string>();
  const visit = ({ input, attribute }: NodeProto) => {
    for (const name of input) names.add(name);
    for (const { g } of attribute) g?.node.forEach(visit);
  };
  nodes.forEach(visit);
  return names;
}
