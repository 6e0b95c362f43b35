/** The size of one axis: a number, or the name of a size that is known only when the graph runs. */
export type Dim = number | string;

/** The sizes of all axes, outermost first; `[]` is a scalar. */
export type Shape = readonly Dim[];

export type DType = 'float32' | 'int64';

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** An axis counted from the front; negative axes count from the back, as in NumPy. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (normalized < 0 || normalized >= rank) throw new Error(`axis ${axis} is outside of rank ${rank}`);
  return normalized;
}

/**
 * NumPy's broadcasting. A named size equals only itself and broadcasts only against 1:
 * two different names never match, so a mix-up of batch and time is an error here.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(`shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`);
  });
}

export function replaceAxis(shape: Shape, axis: number, dim: Dim): Shape {
  const at = normalizeAxis(axis, shape.length);
  return shape.map((old, i) => (i === at ? dim : old));
}

/** A known size plus a number; a named size gets a name of its own, `time+1`. */
export function addToDim(dim: Dim, amount: number): Dim {
  if (typeof dim === 'number') return dim + amount;
  const [, name = dim, offset = '0'] = /^(.*?)([+-]\d+)?$/.exec(dim) ?? [];
  const total = Number(offset) + amount;
  return total === 0 ? name : `${name}${total > 0 ? '+' : ''}${total}`;
}
