import { type Dim, formatShape, type Shape } from '../graph/shape';

/** What the named sizes of a program are in one run, read off the tensors that are fed. */
export class Sizes {
  private readonly known = new Map<string, number>();

  /**
   * Takes the sizes of a fed tensor.
   *
   * @throws Error where the tensor does not have the shape, or a name would have two sizes
   */
  bind(name: string, shape: Shape, actual: readonly number[]): void {
    const fits = shape.length === actual.length && shape.every((dim, axis) => this.fits(dim, actual[axis]!));
    if (!fits)
      throw new Error(
        `the input '${name}' has the dimensions ${formatShape(actual)}, not ${formatShape(shape)}`,
      );
  }

  of(dim: Dim): number {
    if (typeof dim === 'number') return dim;
    const { base, offset } = parse(dim);
    const size = this.known.get(base);
    if (size === undefined) throw new Error(`no input of the program tells the size '${dim}'`);
    return size + offset;
  }

  shape(shape: Shape): number[] {
    return shape.map((dim) => this.of(dim));
  }

  private fits(dim: Dim, size: number): boolean {
    if (typeof dim === 'number') return dim === size;
    const { base, offset } = parse(dim);
    if (!this.known.has(base)) this.known.set(base, size - offset);
    return this.known.get(base) === size - offset;
  }
}

/** `time+1` is the size `time` and one more. */
function parse(dim: string): { base: string; offset: number } {
  const [, base, offset] = /^(.+?)([+-]\d+)?$/.exec(dim) ?? [];
  return { base: base ?? dim, offset: Number(offset ?? 0) };
}
