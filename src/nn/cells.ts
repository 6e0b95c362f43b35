import { add, concat, fill, matmul, mul, reshape, sigmoid, split, sub, tanh } from '../graph/build';
import type { Value } from '../graph/ops';

/**
 * The weights of one direction of one recurrent layer, transposed from PyTorch's so that
 * inputs multiply from the left; each holds all gates side by side in the cell's order.
 */
export interface CellWeights {
  /** `[features, gates * hidden]` */
  readonly inputWeight: Value;
  /** `[hidden, gates * hidden]` */
  readonly recurrentWeight: Value;
  /** `[gates * hidden]` */
  readonly inputBias: Value;
  /** `[gates * hidden]` */
  readonly recurrentBias: Value;
}

/**
 * One kind of recurrence: what it does at one time step. The loop over time, the layers,
 * directions and padding are the same for all kinds and live in recurrent.ts.
 */
export interface Cell {
  /** In the order in which the weights hold them. PyTorch's order may differ. */
  readonly gates: readonly string[];
  /** The state: the first carry is also the output. */
  readonly carries: number;
  /** What does not depend on the state, for all steps at once: `x [..., features]`. */
  project(x: Value, weights: CellWeights, hidden: number): Value[];
  /** The weights that the step uses. */
  captured(weights: CellWeights, hidden: number): Value[];
  /** The next state `[batch, hidden]`, one for each carry. */
  step(
    carries: readonly Value[],
    slices: readonly Value[],
    captured: readonly Value[],
    hidden: number,
  ): Value[];
}

/**
 * x W + b for `x [..., features + 1]` whose last feature is 1, with b as one more row of W:
 * no pass of its own over `[..., gates]`, neither forward nor for the gradient of b.
 */
function affine(x: Value, weight: Value, bias: Value): Value {
  return matmul(x, concat([weight, reshape(bias, [1, bias.shape[0]!])], 0));
}

function withOnes(x: Value): Value {
  return concat([x, fill(1, [...x.shape.slice(0, -1), 1])], -1);
}

/** h' = tanh(x W + b + h R + c), as torch.nn.RNN. */
const rnn: Cell = {
  gates: ['h'],
  carries: 1,
  project: (x, { inputWeight, inputBias, recurrentBias }) => [
    affine(withOnes(x), inputWeight, add(inputBias, recurrentBias)),
  ],
  captured: ({ recurrentWeight }) => [recurrentWeight],
  step: ([h], [x], [recurrent]) => [tanh(add(matmul(h!, recurrent!), x!))],
};

/**
 * As torch.nn.GRU (Cho et al. 2014, with the reset gate applied after the product):
 * r, z = sigmoid(...), n = tanh(x + r (h R + c)), h' = (1 - z) n + z h.
 */
const gru: Cell = {
  gates: ['r', 'z', 'n'],
  carries: 1,
  project: (x, { inputWeight, inputBias, recurrentBias }, hidden) => {
    const weights = split(inputWeight, 1, thirds(hidden));
    const biases = split(inputBias, 0, thirds(hidden));
    const [r, z] = split(recurrentBias, 0, thirds(hidden));
    const added = [add(biases[0]!, r!), add(biases[1]!, z!), biases[2]!];
    const features = withOnes(x);
    return weights.map((weight, i) => affine(features, weight, added[i]!));
  },
  captured: ({ recurrentWeight, recurrentBias }, hidden) => [
    ...split(recurrentWeight, 1, thirds(hidden)),
    split(recurrentBias, 0, thirds(hidden))[2]!,
  ],
  step: ([h], [xReset, xUpdate, xNew], [reset, update, candidate, newBias]) => {
    const r = sigmoid(add(matmul(h!, reset!), xReset!));
    const z = sigmoid(add(matmul(h!, update!), xUpdate!));
    const n = tanh(add(mul(r, add(matmul(h!, candidate!), newBias!)), xNew!));
    return [add(n, mul(z, sub(h!, n)))];
  },
};

const thirds = (hidden: number) => [hidden, hidden, hidden];

/**
 * As torch.nn.LSTM (Hochreiter and Schmidhuber 1997, with forget gate):
 * i, f, o = sigmoid(...), g = tanh(...), c' = f c + i g, h' = o tanh(c').
 */
const lstm: Cell = {
  gates: ['i', 'f', 'g', 'o'],
  carries: 2,
  project: (x, { inputWeight, inputBias, recurrentBias }) => [
    affine(withOnes(x), inputWeight, add(inputBias, recurrentBias)),
  ],
  captured: ({ recurrentWeight }) => [recurrentWeight],
  step: ([h, c], [x], [recurrent], hidden) => {
    const gates = split(add(matmul(h!, recurrent!), x!), -1, [hidden, hidden, hidden, hidden]);
    const [i, f, g, o] = [sigmoid(gates[0]!), sigmoid(gates[1]!), tanh(gates[2]!), sigmoid(gates[3]!)];
    const nextC = add(mul(f, c!), mul(i, g));
    return [mul(o, tanh(nextC)), nextC];
  },
};

export const cells = { rnn, gru, lstm } as const;
export type CellType = keyof typeof cells;
