import type { IdleRule } from '../nn/optimizers';
import type { Tensor } from '../runtime/executor';
import { IdleSteps } from './idle-steps';

/**
 * An embedding table and its optimizer state, of which each step reads and writes only the rows
 * that the batch touches. A step over 8 000 tokens touches about 2 500 of 25 000 rows: moving
 * the whole table and its state through the optimizer would take longer than the rest of the step.
 *
 * This is not "sparse Adam": a row that was left alone for k steps first makes up for the moves
 * that the dense optimizer would have made with its momentum in those steps (see IdleRule). What
 * comes out equals dense training but for rounding and Adam's epsilon.
 *
 * Where the optimizer has no such rule, every row is touched in every step.
 * Row 0 is padding: zeros, never trained.
 */
export class RowTable {
  readonly width: number;
  /** Distinct rows of the current batch, in the order in which the batch names them. */
  private touched: Int32Array;
  private touchedCount = 0;
  private readonly slotOf: Int32Array;
  private readonly lastStep: Int32Array;
  private readonly idle: IdleSteps | undefined;
  private readonly compact: {
    parameter: Float32Array;
    gradient: Float32Array;
    state: Float32Array[];
    next: Float32Array[];
  };

  /** `table`: `[rows, width]`, updated in place; `state`: the optimizer's, of the same shape. */
  constructor(
    readonly table: Float32Array,
    readonly rows: number,
    readonly state: readonly Float32Array[],
    private readonly rule: IdleRule | undefined,
  ) {
    this.width = table.length / rows;
    this.touched = new Int32Array(rows);
    this.slotOf = new Int32Array(rows).fill(-1);
    this.lastStep = new Int32Array(rows);
    this.idle = rule && new IdleSteps(rule);
    const empty = () => new Float32Array(0);
    this.compact = {
      parameter: empty(),
      gradient: empty(),
      state: state.map(empty),
      next: [empty(), ...state.map(empty)],
    };
  }

  /** Starts a step with a batch's token ids and writes their vectors, `[ids, width]`. */
  gather(ids: ArrayLike<number>, embedded: Float32Array): void {
    const { table, width } = this;
    this.touch(ids);
    for (let i = 0; i < ids.length; i++) copyRow(table, ids[i]!, embedded, i, width);
  }

  /** Reads vectors without taking part in training: for evaluation, after `settle`. */
  read(ids: ArrayLike<number>, embedded: Float32Array): void {
    for (let i = 0; i < ids.length; i++) copyRow(this.table, ids[i]!, embedded, i, this.width);
  }

  /** Sums the gradients of equal tokens; returns the sum of the squares over all rows. */
  accumulate(ids: ArrayLike<number>, embeddedGradient: Float32Array): number {
    const { width, slotOf } = this;
    const { gradient } = this.reserve();
    const length = this.touchedCount * width;
    gradient.fill(0, 0, length);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id === 0) continue;
      let to = slotOf[id]! * width;
      let from = i * width;
      for (const end = from + width; from < end; ) {
        gradient[to] = gradient[to]! + embeddedGradient[from]!;
        to++;
        from++;
      }
    }
    let squares = 0;
    for (let i = 0; i < length; i++) squares += gradient[i]! * gradient[i]!;
    return squares;
  }

  /** The touched rows `[touched, width]` as the update program's inputs and outputs. */
  updateTensors(
    name: string,
    stateNames: readonly string[],
  ): { feeds: Record<string, Tensor>; into: Record<string, Tensor> } {
    const { touchedCount, width, compact } = this;
    const length = touchedCount * width;
    const view = (data: Float32Array): Tensor => ({
      dtype: 'float32',
      shape: [touchedCount, width],
      data: data.subarray(0, length),
    });
    [this.table, ...this.state].forEach((from, which) => {
      const to = which === 0 ? compact.parameter : compact.state[which - 1]!;
      for (let slot = 0; slot < touchedCount; slot++) copyRow(from, this.touched[slot]!, to, slot, width);
    });
    const feeds: Record<string, Tensor> = {
      [name]: view(compact.parameter),
      [`${name}_grad`]: view(compact.gradient),
    };
    const into: Record<string, Tensor> = { [`${name}_next`]: view(compact.next[0]!) };
    stateNames.forEach((stateName, i) => {
      feeds[`${name}.${stateName}`] = view(compact.state[i]!);
      into[`${name}.${stateName}_next`] = view(compact.next[i + 1]!);
    });
    return { feeds, into };
  }

  /** Writes the updated rows back and ends step `step` (counted from 1). */
  finishStep(step: number, learningRate: number): void {
    const { touchedCount, width, touched, lastStep } = this;
    [this.table, ...this.state].forEach((to, which) => {
      for (let slot = 0; slot < touchedCount; slot++)
        copyRow(this.compact.next[which]!, slot, to, touched[slot]!, width);
    });
    for (let slot = 0; slot < touchedCount; slot++) lastStep[touched[slot]!] = step;
    this.idle?.record(step, learningRate);
  }

  /** Brings every row up to date, so that the table is what dense training would have. */
  settle(): void {
    if (!this.idle) return;
    for (let row = 1; row < this.rows; row++) this.catchUp(row);
  }

  private touch(ids: ArrayLike<number>): void {
    const { slotOf, touched, touchedCount } = this;
    for (let slot = 0; slot < touchedCount; slot++) slotOf[touched[slot]!] = -1;
    this.touchedCount = 0;
    if (!this.idle) {
      for (let row = 1; row < this.rows; row++) this.addTouched(row);
      return;
    }
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id !== 0 && slotOf[id] === -1) {
        this.addTouched(id);
        this.catchUp(id);
      }
    }
  }

  private addTouched(row: number): void {
    this.slotOf[row] = this.touchedCount;
    this.touched[this.touchedCount++] = row;
  }

  /** Makes up for the steps in which the row was not touched. */
  private catchUp(row: number): void {
    const { table, state, width, rule } = this;
    const from = this.lastStep[row]!;
    const idle = this.idle!;
    if (from === idle.steps) return;
    const { keep, moved, stateDecay } = idle.since(from);
    const direction = rule!.direction(from);
    const [first, end] = [row * width, (row + 1) * width];
    for (let i = first; i < end; i++) table[i] = table[i]! * keep - moved * direction(state, i);
    state.forEach((tensor, which) => {
      const decay = stateDecay[which]!;
      for (let i = first; i < end; i++) tensor[i] = tensor[i]! * decay;
    });
    this.lastStep[row] = idle.steps;
  }

  /** Buffers for the touched rows, grown by half as much again where they do not suffice. */
  private reserve() {
    const { compact, touchedCount, width } = this;
    if (compact.parameter.length < touchedCount * width) {
      const make = () => new Float32Array(Math.min(Math.ceil(touchedCount * 1.5), this.rows) * width);
      compact.parameter = make();
      compact.gradient = make();
      compact.state = compact.state.map(make);
      compact.next = compact.next.map(make);
    }
    return compact;
  }
}

function copyRow(from: Float32Array, fromRow: number, to: Float32Array, toRow: number, width: number): void {
  let source = fromRow * width;
  let target = toRow * width;
  for (const end = source + width; source < end; ) to[target++] = from[source++]!;
}
