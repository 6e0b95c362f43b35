import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType as TensorType,
  type ValueInfoProto,
} from 'onnx-buf';
import type { Node, Value } from '../graph/ops';
import type { Dim, DType, Shape } from '../graph/shape';
import {
  type AttributeValue,
  attribute,
  floatTensor,
  intTensor,
  smallIntTensor,
  valueInfo,
} from './messages';
import type { FedSize } from './sizes';

/** For what the graph is written. */
export interface EmitterOptions {
  /**
   * Only operations of the ONNX standard, for runtimes other than ours; otherwise com.microsoft's Gelu, and its
   * FusedMatMul where a batched product has a transposed operand.
   */
  readonly standard?: boolean;
  /** Each operation will run in one thread: allows a faster form that is wrong in several. */
  readonly singleThread?: boolean;
  /**
   * Only operations that onnxruntime's WebGPU provider has kernels for, where there is a way to say it in these: whole
   * numbers have 32 bits, and the sizes that shapes are made of are fed (see FedSize).
   */
  readonly device?: boolean;
  /** Computes products of matrices in 16 bits, outside of loops; everything between them stays in 32. */
  readonly half?: boolean;
}

export interface EmitOptions {
  readonly node?: Node;
  readonly outputs?: readonly string[];
  readonly domain?: string;
}

const elementType: Record<DType, TensorType> = { float32: TensorType.FLOAT, int64: TensorType.INT64 };
const deviceElementType: Record<DType, TensorType> = { ...elementType, int64: TensorType.INT32 };

/**
 * Collects the nodes of one ONNX graph. Scalars, shapes and whatever else has no inputs belong
 * to the outermost graph, where the bodies of scans can refer to them by name.
 */
export class Emitter {
  readonly nodes: NodeProto[] = [];
  private readonly shared: Shared;
  private readonly names: Map<Value, string>;
  private readonly made = new Map<string, string>();
  /** The names that the body of a loop has from the graph around it. */
  private readonly captured = new Set<string>();

  constructor(
    private readonly parent?: Emitter,
    readonly options: EmitterOptions = parent?.options ?? {},
  ) {
    this.shared = parent?.shared ?? new Shared();
    this.names = new Map();
  }

  /** The outermost graph. */
  get root(): Emitter {
    return this.parent?.root ?? this;
  }

  get initializers(): TensorProto[] {
    return this.shared.initializers;
  }

  /** What the model has to be fed besides its program's inputs. */
  get fedSizes(): readonly FedSize[] {
    return this.shared.fedSizes;
  }

  /** The names of the nodes that are repeated in loops. */
  get looped(): string[] {
    return this.shared.looped;
  }

  /** Whether products are computed in 16 bits here. */
  get half(): boolean {
    return this.options.half === true && this.parent === undefined;
  }

  /** The name under which a value is known in this graph or in one around it. */
  nameOf(value: Value): string | undefined {
    return this.names.get(value) ?? this.parent?.nameOf(value);
  }

  bind(value: Value, name: string): void {
    this.names.set(value, name);
  }

  /** As `bind`, to a name of the graph around this one: the value is the same at each step of the loop. */
  capture(value: Value, name: string): void {
    this.bind(value, name);
    this.captured.add(name);
  }

  /** A name that no other value of the model has. */
  freshName(wish: string): string {
    return this.shared.freshName(wish);
  }

  /** Fixes the name that a value will have: a promise to whoever runs the model. */
  promise(value: Value, name: string): void {
    this.shared.promised.set(value, name);
  }

  /**
   * Appends a node and returns the names of its outputs: those of the graph's `node`, or fresh
   * ones for what lies in between.
   */
  emit(
    opType: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    { node, outputs = [opType.toLowerCase()], domain = '' }: EmitOptions = {},
  ): string[] {
    const names = node
      ? node.outputs.map((value) => this.shared.promised.get(value) ?? this.freshName(value.name ?? node.op))
      : outputs.map((wish) => this.freshName(wish));
    const attributeList = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.push(opType, domain, inputs, names, attributeList);
    return names;
  }

  /** Appends a node whose output has exactly this name. */
  emitNamed(opType: string, inputs: readonly string[], name: string): void {
    this.push(opType, '', inputs, [name], []);
  }

  private push(
    opType: string,
    domain: string,
    input: readonly string[],
    output: readonly string[],
    attribute: AttributeProto[],
  ): void {
    const name = `${opType}_${output[0]}`;
    this.nodes.push(
      create(NodeProtoSchema, { opType, domain, name, input: [...input], output: [...output], attribute }),
    );
  }

  /** A constant of integers, `[n]`, shared by all who need the same. */
  ints(values: readonly number[]): string {
    return this.shared.constant(`ints_${values.join('_')}`, () => intTensor(values));
  }

  /** Whole numbers to compute with, `[n]`: of the bits that those which are fed have. */
  indices(values: readonly number[]): string {
    if (!this.options.device) return this.ints(values);
    return this.shared.constant(`indices_${values.join('_')}`, () => smallIntTensor(values));
  }

  /** A whole number to compute with, `[]`. */
  int(value: number): string {
    const tensor = this.options.device ? smallIntTensor : intTensor;
    return this.shared.constant(`int_${value}`, () => ({ ...tensor([value]), dims: [] }));
  }

  floats(values: readonly number[], shape: readonly number[]): string {
    return this.shared.constant(`float_${shape.join('x')}_${values.join('_')}`, () =>
      floatTensor(Float32Array.from(values), shape),
    );
  }

  /** A tensor stored in the model under the value's own name: a trained weight. */
  weight(value: Value, data: Float32Array): void {
    const name = this.freshName(value.name ?? 'weight');
    this.initializers.push({ ...floatTensor(data, value.shape as number[]), name });
    this.bind(value, name);
  }

  /** The name of a tensor's values as a matrix `[-1, columns]`: the same for all that need it. */
  matrix(name: string, columns: number): string {
    return this.onceHere(`matrix_${name}`, () => this.emit('Reshape', [name, this.ints([-1, columns])])[0]!);
  }

  /** The name of a tensor's values rounded to 16 bits: the same for all that need it. */
  halved(name: string): string {
    return this.onceHere(
      `half_${name}`,
      () => this.emit('Cast', [name], { to: { int: TensorType.FLOAT16 } })[0]!,
    );
  }

  /**
   * The name of a captured matrix, transposed once for all steps of the loop that this is the body of; undefined for
   * whatever else.
   */
  transposedOnce(name: string): string | undefined {
    if (!this.captured.has(name)) return undefined;
    const { parent } = this;
    return parent!.onceHere(
      `transposed_${name}`,
      () => parent!.emit('Transpose', [name], { perm: { ints: [1, 0] } })[0]!,
    );
  }

  private onceHere(key: string, make: () => string): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.made.set(key, name);
    return name;
  }

  /** Remembers where a named size can be read off: an axis of an input of the model. */
  defineDims(value: Value, name: string): void {
    value.shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !this.shared.dims.has(dim)) this.shared.dims.set(dim, { name, axis });
    });
  }

  /** The name of an int64 tensor `[rank]` that holds the shape. */
  shape(shape: Shape): string {
    const { root } = this;
    if (shape.every((dim) => typeof dim === 'number')) return root.ints(shape);
    if (this.options.device) return this.fedShape(shape);
    return this.shared.once(`shape_${shape.join('_')}`, () => {
      const parts = shape.map((dim) => root.dim(dim));
      return parts.length === 1
        ? parts[0]!
        : root.emit('Concat', parts, { axis: { int: 0 } }, { outputs: ['shape'] })[0]!;
    });
  }

  /** A shape that is fed even where it is known, so that nothing made from it is computed, and kept, beforehand. */
  fedShape(shape: Shape): string {
    return this.shared.feedSize('shape', shape);
  }

  /** How many there are in a tensor of these sizes, `[]`. */
  count(sizes: Shape): string {
    if (sizes.every((size) => typeof size === 'number')) return this.int(sizes.reduce((a, b) => a * b, 1));
    if (this.options.device) return this.shared.feedSize('count', sizes);
    return this.shared.once(`count_${sizes.join('_')}`, () => {
      const { root } = this;
      const product = sizes
        .map((size) => root.shape([size]))
        .reduce((a, b) => root.emit('Mul', [a, b], {}, { outputs: ['size'] })[0]!);
      return root.emit('Squeeze', [product], {}, { outputs: ['count'] })[0]!;
    });
  }

  /** The whole numbers from 0, as many as there are in a tensor of these sizes. */
  range(sizes: Shape): string {
    const { root } = this;
    return this.shared.once(`range_${sizes.join('_')}`, () => {
      const end = this.options.device ? this.shared.feedSize('end', sizes) : root.count(sizes);
      return root.emit('Range', [root.int(0), end, root.int(1)], {}, { outputs: ['range'] })[0]!;
    });
  }

  valueInfo(name: string, shape: Shape, dtype: DType): ValueInfoProto {
    return valueInfo(name, shape, (this.options.device ? deviceElementType : elementType)[dtype]);
  }

  private dim(dim: Dim): string {
    if (typeof dim === 'number') return this.ints([dim]);
    return this.shared.once(`dim_${dim}`, () => {
      const source = this.shared.dims.get(dim);
      if (source) {
        const range = { start: { int: source.axis }, end: { int: source.axis + 1 } };
        return this.emit('Shape', [source.name], range, { outputs: [dim] })[0]!;
      }
      const [, base, offset] = /^(.+)([+-]\d+)$/.exec(dim) ?? [];
      if (!base) throw new Error(`no input of the program tells the size '${dim}'`);
      return this.emit('Add', [this.dim(base), this.ints([Number(offset)])], {}, { outputs: ['size'] })[0]!;
    });
  }
}

/** What the graphs of one model have in common. */
class Shared {
  readonly initializers: TensorProto[] = [];
  readonly dims = new Map<string, { name: string; axis: number }>();
  readonly promised = new Map<Value, string>();
  readonly fedSizes: FedSize[] = [];
  readonly looped: string[] = [];
  private readonly taken = new Map<string, number>();
  private readonly made = new Map<string, string>();

  freshName(wish: string): string {
    const count = this.taken.get(wish) ?? 0;
    this.taken.set(wish, count + 1);
    return count === 0 ? wish : this.freshName(`${wish}_${count}`);
  }

  once(key: string, make: () => string): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.made.set(key, name);
    return name;
  }

  feedSize(form: FedSize['form'], sizes: Shape): string {
    return this.once(`fed_${form}_${sizes.join('_')}`, () => {
      const name = this.freshName(`${form}_${sizes.join('_')}`);
      this.fedSizes.push({ name, form, sizes });
      return name;
    });
  }

  constant(key: string, make: () => TensorProto): string {
    return this.once(key, () => {
      const name = this.freshName(key.slice(0, 40));
      this.initializers.push({ ...make(), name });
      return name;
    });
  }
}
