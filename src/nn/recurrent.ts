import { concat, fill, mul, named } from '../graph/build';
import type { Value } from '../graph/ops';
import { scan } from '../graph/scan';
import { type CellType, type CellWeights, cells } from './cells';
import { dropout, fanIn, ofEachVector } from './layers';
import type { Encoded } from './pooling';
import type { Scope } from './scope';

export interface RecurrentOptions {
  readonly cell: CellType;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  /** Between layers. */
  readonly dropout: number;
}

/**
 * A stack of recurrent layers over `x [time, batch, features]` with `mask [time, batch, 1]`
 * (1 at tokens, 0 at padding, which stands at the end of each text). Equals PyTorch's modules
 * on packed sequences: going forward, padding comes after all that matters; going backward, the
 * state is held at zero through the padding, so that each text starts at its true end.
 */
export function recurrent(
  scope: Scope,
  name: string,
  x: Value,
  mask: Value,
  options: RecurrentOptions,
): Encoded {
  let states = x;
  let backwardFinal: Value | undefined;
  for (let layer = 0; layer < options.layers; layer++) {
    const layerName = `${name}.${layer}`;
    const layerInput = layer === 0 ? states : dropout(scope, layerName, states, options.dropout);
    const forward = direction(scope, `${layerName}.forward`, layerInput, undefined, options);
    if (!options.bidirectional) {
      states = forward.states;
      continue;
    }
    const backward = direction(scope, `${layerName}.backward`, layerInput, mask, options);
    states = concat([forward.states, backward.states], -1);
    backwardFinal = backward.final;
  }
  return { states, backwardFinal };
}

/** One direction of one layer; with a mask it runs from the last time step to the first. */
function direction(
  scope: Scope,
  name: string,
  x: Value,
  mask: Value | undefined,
  { cell: type, hiddenSize }: RecurrentOptions,
): { states: Value; final: Value } {
  const cell = cells[type];
  const weights = cellWeights(scope, name, type, x.shape.at(-1) as number, hiddenSize);
  const start = fill(0, [x.shape[1]!, hiddenSize]);
  const projected = ofEachVector(x, (vectors) => cell.project(vectors, weights, hiddenSize));
  const result = scan({
    initial: Array.from({ length: cell.carries }, () => start),
    sequences: mask ? [...projected, mask] : projected,
    captured: cell.captured(weights, hiddenSize),
    reverse: mask !== undefined,
    step: (carries, slices, captured) => {
      const next = cell.step(carries, slices.slice(0, projected.length), captured, hiddenSize);
      const held = mask ? next.map((carry) => mul(carry, slices.at(-1)!)) : next;
      return { carries: held, stacked: [held[0]!] };
    },
  });
  return { states: named(result.stacked[0]!, `${name}.states`), final: result.carries[0]! };
}

function cellWeights(
  scope: Scope,
  name: string,
  type: CellType,
  features: number,
  hidden: number,
): CellWeights {
  const width = cells[type].gates.length * hidden;
  const initializer = fanIn(hidden);
  return {
    inputWeight: scope.parameter(`${name}.inputWeight`, [features, width], initializer),
    recurrentWeight: scope.parameter(`${name}.recurrentWeight`, [hidden, width], initializer),
    inputBias: scope.parameter(`${name}.inputBias`, [width], initializer),
    recurrentBias: scope.parameter(`${name}.recurrentBias`, [width], initializer),
  };
}
