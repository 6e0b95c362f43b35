import type { Optimizer } from '../nn/optimizers';
import { IdleSteps } from './idle-steps';

/**
 * An embedding table and its optimizer state, of which each step reads and writes only the rows
 * that the batch touches. A step over 8 000 tokens touches about 2 500 of 25 000 rows: moving
 * the whole table and its state through the optimizer would take as long as the rest of the step.
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
  /** The optimizer's state, each tensor of the table's shape. */
  readonly state: readonly Float32Array[];
  /** Distinct rows of the current batch, in the order in which the batch names them. */
  private readonly touched: Int32Array;
  private touchedCount = 0;
  /** Where a touched row's gradient is summed up; -1 for all other rows. */
  private readonly slotOf: Int32Array;
  private readonly lastStep: Int32Array;
  private readonly idle: IdleSteps | undefined;
  /** `[touched, width]` */
  private gradient = new Float32Array(0);

  /** `table`: `[rows, width]`, updated in place. Without an optimizer it can only be read. */
  constructor(
    readonly table: Float32Array,
    readonly rows: number,
    private readonly optimizer: Optimizer | undefined,
  ) {
    this.width = table.length / rows;
    this.state = optimizer ? optimizer.state.map(() => new Float32Array(table.length)) : [];
    this.touched = new Int32Array(rows);
    this.slotOf = new Int32Array(rows).fill(-1);
    this.lastStep = new Int32Array(rows);
    this.idle = optimizer?.idle && new IdleSteps(optimizer.idle);
  }

  /** Writes the vectors of these token ids, `[ids, width]`. */
  read(ids: ArrayLike<number>, embedded: Float32Array): void {
    const { table, width } = this;
    for (let i = 0; i < ids.length; i++) {
      const first = ids[i]! * width;
      embedded.set(table.subarray(first, first + width), i * width);
    }
  }

  /** Starts a training step: brings the batch's rows up to date, then reads them. */
  gather(ids: ArrayLike<number>, embedded: Float32Array): void {
    const { slotOf, touched } = this;
    for (let slot = 0; slot < this.touchedCount; slot++) slotOf[touched[slot]!] = -1;
    this.touchedCount = 0;
    if (this.idle) {
      for (let i = 0; i < ids.length; i++) this.touch(ids[i]!);
    } else {
      for (let row = 1; row < this.rows; row++) this.touch(row);
    }
    this.read(ids, embedded);
  }

  /** Sums the gradients `[ids, width]` of equal tokens; returns the sum of the squares over all rows. */
  accumulate(ids: ArrayLike<number>, embeddedGradient: Float32Array): number {
    const { width, slotOf } = this;
    const length = this.touchedCount * width;
    if (this.gradient.length < length) this.gradient = new Float32Array(Math.ceil(length * 1.5));
    const { gradient } = this;
    gradient.fill(0, 0, length);
    for (let i = 0; i < ids.length; i++) {
      if (ids[i] === 0) continue;
      let to = slotOf[ids[i]!]! * width;
      let from = i * width;
      for (const end = from + width; from < end; to++, from++) {
        gradient[to] = gradient[to]! + embeddedGradient[from]!;
      }
    }
    let squares = 0;
    for (let i = 0; i < length; i++) squares += gradient[i]! * gradient[i]!;
    return squares;
  }

  /** Ends step `step` (counted from 1): updates the touched rows with their gradient times `scale`. */
  update(step: number, learningRate: number, scale: number): void {
    const optimizer = this.optimizer!;
    const scalars = optimizer.scalars(step, learningRate);
    for (let slot = 0; slot < this.touchedCount; slot++) {
      const row = this.touched[slot]!;
      optimizer.updateRow(this.slice(row), this.gradient, slot * this.width, scale, scalars);
      this.lastStep[row] = step;
    }
    this.idle?.record(step, learningRate);
  }

  /** Brings every row up to date, so that the table is what dense training would have. */
  settle(): void {
    if (!this.idle) return;
    for (let row = 1; row < this.rows; row++) this.catchUp(row);
  }

  private touch(row: number): void {
    if (row === 0 || this.slotOf[row] !== -1) return;
    this.slotOf[row] = this.touchedCount;
    this.touched[this.touchedCount++] = row;
    this.catchUp(row);
  }

  /** Makes up for the steps in which the row was not touched. */
  private catchUp(row: number): void {
    const { idle, lastStep } = this;
    if (!idle || lastStep[row] === idle.steps) return;
    this.optimizer!.idle!.catchUp(this.slice(row), idle.since(lastStep[row]!));
    lastStep[row] = idle.steps;
  }

  private slice(row: number) {
    const { table, state, width } = this;
    return { table, state, first: row * width, end: (row + 1) * width };
  }
}
