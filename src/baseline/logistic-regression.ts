import { setImmediate } from 'node:timers/promises';
import { addScaled, LbfgsHistory, type LinePoint, lineSearch } from './lbfgs';
import { accuracyOf, pointwiseLosses, type Targets } from './pointwise-loss';
import { type SparseMatrix, times, transposedTimes } from './sparse';

export interface LogisticRegressionOptions {
  /** `[rows, columns]` */
  readonly matrix: SparseMatrix;
  readonly targets: Targets;
  /** For each output `[columns]`: what the matrix's columns are multiplied by for it. */
  readonly factors?: readonly Float64Array[] | undefined;
  /** The inverse of the L2 penalty, scikit-learn's C. The biases are not penalised. */
  readonly strength: number;
  readonly maxIterations: number;
  /** It has converged when no component of the gradient is larger: scikit-learn's default is 1e-4. */
  readonly tolerance?: number;
  /** Ends it after the iteration at hand. */
  readonly signal?: AbortSignal | undefined;
  readonly onIteration?: ((iteration: Iteration) => void) | undefined;
}

export interface Iteration {
  /** From 1. */
  readonly iteration: number;
  /** Mean loss of the rows (with `sigmoid`, of the rows and outputs), without the penalty. */
  readonly loss: number;
  /** The largest component of the gradient. */
  readonly gradient: number;
  /** The step's length as a share of the direction's. */
  readonly step: number;
  /** The share of the rows that are classified rightly. */
  readonly accuracy: number;
}

export interface FittedRegression {
  /** `[columns, outputs]`, the factors multiplied in. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  /** The function's value. */
  readonly objective: number;
  /** As an iteration's. */
  readonly loss: number;
  readonly accuracy: number;
  /** `[outputs, rows]` */
  readonly logits: Float64Array;
  readonly iterations: number;
  /** As the last iteration's `step`; 0 where there was none. */
  readonly lastStep: number;
  /** False where `maxIterations` or the signal ended it. */
  readonly converged: boolean;
}

/**
 * Fits logistic regression by L-BFGS. The function is scikit-learn's, with n the targets' `total`:
 *
 *     sum(weight * loss) / n + |W|^2 / (2 strength n)
 *
 * Every step and gradient is `W = X^T a` for some `a [rows]`, because the weights start at zero. So vectors are kept as
 * `a`, never as W, and with them `X X^T a`, what they add to the rows' logits. All inner products and the whole line
 * search come from these: where there are many times more features than rows, an iteration costs hardly more than its
 * two products with X, and the last steps take little memory.
 */
export async function fitLogisticRegression(options: LogisticRegressionOptions): Promise<FittedRegression> {
  const {
    targets: { outputs },
    maxIterations,
    tolerance = 1e-4,
    signal,
  } = options;
  const problem = new Problem(options);
  const point = problem.zero();
  const history = new LbfgsHistory((u, v) => problem.dot(u, v), historySize(point));
  let state = problem.evaluate(point);
  let gradient = problem.gradient(point, state.residuals);
  let iterations = 0;
  let lastStep = 0;
  let converged = gradient.largest <= tolerance;
  while (!converged && iterations < maxIterations && !signal?.aborted) {
    const direction = history.direction(gradient.vector);
    const line = problem.line(point, direction);
    const start = { value: state.objective, slope: problem.dot(gradient.vector, direction) };
    const first = iterations === 0 ? 1 / Math.sqrt(-start.slope) : 1;
    const step = lineSearch(line, start, first);
    // No decrease that could be told from rounding is left.
    if (step === undefined) {
      converged = true;
      break;
    }
    lastStep = step;
    const moved = direction.map((value) => step * value);
    addScaled(point, 1, moved);
    state = problem.evaluate(point);
    const next = problem.gradient(point, state.residuals);
    addScaled(gradient.vector, -1, next.vector);
    history.add(
      moved,
      gradient.vector.map((value) => -value),
    );
    gradient = next;
    converged = gradient.largest <= tolerance;
    iterations++;
    options.onIteration?.({
      iteration: iterations,
      loss: state.loss,
      gradient: gradient.largest,
      step,
      accuracy: accuracyOf(state.logits, options.targets),
    });
    // Lets signals in.
    await setImmediate();
  }
  return {
    weights: problem.weightsOf(point),
    bias: Float32Array.from(point.subarray(point.length - outputs)),
    objective: state.objective,
    loss: state.loss,
    accuracy: accuracyOf(state.logits, options.targets),
    logits: state.logits,
    iterations,
    lastStep,
    converged,
  };
}

/** Ten steps, or of long ones as many as 512 MiB hold, but no less than three. */
function historySize({ byteLength }: Float64Array): number {
  return Math.min(10, Math.max(3, Math.floor(2 ** 29 / (2 * byteLength))));
}

/**
 * The function over vectors `[a | X X^T a | biases]`, of lengths outputs x rows, the same and outputs. With factors, X is
 * for each output the matrix times its factors.
 */
class Problem {
  private readonly size: number;
  private readonly penalty: number;
  private readonly column: Float64Array;

  constructor(private readonly options: LogisticRegressionOptions) {
    const { matrix, strength, targets } = options;
    this.size = targets.outputs * matrix.rows;
    this.penalty = 1 / (strength * targets.total);
    this.column = new Float64Array(matrix.columns);
  }

  zero(): Float64Array {
    return new Float64Array(2 * this.size + this.options.targets.outputs);
  }

  /** As if of the weights and biases themselves. */
  dot(u: Float64Array, v: Float64Array): number {
    const { size } = this;
    let result = 0;
    for (let i = 0; i < size; i++) result += u[i]! * v[size + i]!;
    for (let i = 2 * size; i < u.length; i++) result += u[i]! * v[i]!;
    return result;
  }

  evaluate(point: Float64Array) {
    const logits = this.logitsOf(point);
    const { loss, residuals } = pointwiseLosses(logits, this.options.targets);
    const { form, outputs } = this.options.targets;
    return {
      logits,
      residuals,
      loss: form === 'sigmoid' ? loss / outputs : loss,
      objective: loss + (this.penalty / 2) * this.dotOfWeights(point, point),
    };
  }

  gradient(point: Float64Array, residuals: Float64Array): { vector: Float64Array; largest: number } {
    const { size, penalty, column } = this;
    const {
      matrix,
      factors,
      targets: { outputs },
    } = this.options;
    const vector = this.zero();
    let largest = 0;
    for (let output = 0; output < outputs; output++) {
      const rows = vector.subarray(output * matrix.rows, (output + 1) * matrix.rows);
      let bias = 0;
      for (let row = 0; row < matrix.rows; row++) {
        const i = output * matrix.rows + row;
        rows[row] = residuals[i]! + penalty * point[i]!;
        bias += residuals[i]!;
      }
      vector[2 * size + output] = bias;
      transposedTimes(matrix, rows, column);
      const ofOutput = factors?.[output];
      if (ofOutput) multiply(column, ofOutput);
      largest = Math.max(largest, Math.abs(bias), largestOf(column));
      if (ofOutput) multiply(column, ofOutput);
      times(matrix, column, vector.subarray(size + output * matrix.rows, size + (output + 1) * matrix.rows));
    }
    return { vector, largest };
  }

  /** The function along a line, without another product with the matrix. */
  line(point: Float64Array, direction: Float64Array): (step: number) => LinePoint {
    const { penalty } = this;
    const [from, along] = [this.logitsOf(point), this.logitsOf(direction)];
    const [a, b, c] = [
      this.dotOfWeights(point, point),
      this.dotOfWeights(point, direction),
      this.dotOfWeights(direction, direction),
    ];
    const logits = new Float64Array(from.length);
    return (step) => {
      for (let i = 0; i < logits.length; i++) logits[i] = from[i]! + step * along[i]!;
      const { loss, residuals } = pointwiseLosses(logits, this.options.targets);
      let slope = penalty * (b + step * c);
      for (let i = 0; i < logits.length; i++) slope += residuals[i]! * along[i]!;
      return { value: loss + (penalty / 2) * (a + 2 * step * b + step * step * c), slope };
    };
  }

  weightsOf(point: Float64Array): Float32Array {
    const {
      matrix,
      factors,
      targets: { outputs },
    } = this.options;
    const weights = new Float32Array(matrix.columns * outputs);
    for (let output = 0; output < outputs; output++) {
      transposedTimes(matrix, point.subarray(output * matrix.rows, (output + 1) * matrix.rows), this.column);
      const ofOutput = factors?.[output];
      for (let i = 0; i < matrix.columns; i++) {
        // Once for the weights as X^T a, once for the columns that they are for.
        const factor = ofOutput ? ofOutput[i]! ** 2 : 1;
        weights[i * outputs + output] = factor * this.column[i]!;
      }
    }
    return weights;
  }

  private logitsOf(vector: Float64Array): Float64Array {
    const { size } = this;
    const { rows } = this.options.matrix;
    const logits = vector.slice(size, 2 * size);
    for (let i = 0; i < size; i++) logits[i]! += vector[2 * size + Math.floor(i / rows)]!;
    return logits;
  }

  private dotOfWeights(u: Float64Array, v: Float64Array): number {
    const { size } = this;
    let result = 0;
    for (let i = 0; i < size; i++) result += u[i]! * v[size + i]!;
    return result;
  }
}

function multiply(target: Float64Array, factors: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! *= factors[i]!;
}

function largestOf(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
