import type { Optimizer, RowSlice } from '../nn/optimizers/optimizer';
import { IdleSteps } from './idle-steps';
import { OVERHANG, RowMemory } from './row-kernels';

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
 *
 * All numbers lie in one memory, where the kernels of rows.wat find them: the table, from address
 * 0 on, the state, the sums of several batches' gradients where these make one step, and behind
 * them what belongs to the batch at hand: its tokens, their vectors and the gradient of these. A larger
 * batch than any before it makes the memory grow, which empties all arrays over it: take them anew in each step.
 */
export class RowTable {
  readonly width: number;
  /** `[rows, width]` */
  table!: Float32Array;
  /** The optimizer's state, each tensor of the table's shape. */
  state!: readonly Float32Array[];
  /** Where the gradient of what was gathered has to be put, `[ids, width]`. */
  gradient!: Float32Array<ArrayBuffer>;
  /** The vectors that were read last, `[ids, width]`. */
  private embedded!: Float32Array<ArrayBuffer>;
  private ids!: Int32Array;
  private readonly memory = new RowMemory();
  /** Each row's gradient over the batches of a step, `[rows, width]`; missing where one batch is a step. */
  private sums: Float32Array | undefined;
  /** Whether the next batch is the first one of a step. */
  private startsStep = true;
  /** Distinct rows of the current step, in the order in which its batches name them. */
  private readonly touched: Int32Array;
  private touchedCount = 0;
  /**
   * The address of a row's gradient: its place among the sums, or where the batch names it first,
   * there all of it is summed up.
   * 0 for all other rows, which is right as well: the zeros of padding.
   */
  private readonly gradientAt: Uint32Array;
  private readonly lastStep: Int32Array;
  private readonly idle: IdleSteps | undefined;
  private shared!: { -readonly [Key in keyof RowSlice]: RowSlice[Key] };

  /**
   * `start`: `[rows, width]`, or only its width where the rows are filled in later. Without an optimizer the table is frozen: training leaves it as it is.
   * `sumsBatches`: whether several batches can make one step.
   */
  constructor(
    start: Float32Array | { readonly width: number },
    readonly rows: number,
    private readonly optimizer: Optimizer | undefined,
    private readonly sumsBatches = false,
  ) {
    const isFilled = start instanceof Float32Array;
    this.width = isFilled ? start.length / rows : start.width;
    this.place(0);
    if (isFilled) this.table.set(start);
    Object.values(optimizer?.state ?? {}).forEach((value, i) => {
      this.state[i]!.fill(value);
    });
    this.touched = new Int32Array(rows);
    this.gradientAt = new Uint32Array(rows);
    this.lastStep = new Int32Array(rows);
    this.idle = optimizer?.idle && new IdleSteps(optimizer.idle);
  }

  get isTrained(): boolean {
    return this.optimizer !== undefined;
  }

  /** The vectors of these token ids, `[ids, width]`; valid until the next are read. */
  read(ids: ArrayLike<number>): Float32Array {
    this.place(ids.length);
    return this.copyVectors(ids);
  }

  /** Starts a batch of training: brings its rows up to date, then reads them. */
  gather(ids: ArrayLike<number>): Float32Array {
    this.place(ids.length);
    if (this.optimizer) this.bringUpToDate(ids);
    return this.copyVectors(ids);
  }

  private copyVectors(ids: ArrayLike<number>): Float32Array {
    this.ids.set(ids);
    const { kernels } = this.memory;
    kernels.gather(this.ids.byteOffset, ids.length, 0, 4 * this.width, this.embedded.byteOffset);
    return this.embedded;
  }

  /** Adds what `gradient` has for the batch's tokens to the gradients of their rows. */
  accumulate(ids: ArrayLike<number>): void {
    if (!this.optimizer) return;
    const { gradientAt, gradient, width } = this;
    const { kernels } = this.memory;
    for (let i = 0; i < ids.length; i++) {
      const from = gradient.byteOffset + 4 * width * i;
      const to = gradientAt[ids[i]!]!;
      if (to !== from && to !== 0) kernels.add(to, from, width);
    }
  }

  /** The sum of the squares of the step's gradient over all rows. */
  squares(): number {
    const { gradientAt, touched, width, memory } = this;
    let squares = 0;
    for (let i = 0; i < this.touchedCount; i++) {
      const address = gradientAt[touched[i]!]!;
      if (address !== 0) squares += memory.kernels.squares(address, width);
    }
    return squares;
  }

  /** Brings every number of the step's gradient to between -limit and limit. */
  clip(limit: number): void {
    const { gradientAt, touched, width, memory } = this;
    for (let i = 0; i < this.touchedCount; i++) memory.kernels.clip(gradientAt[touched[i]!]!, width, limit);
  }

  /** Ends step `step` (counted from 1): updates the touched rows with their gradient times `scale`. */
  update(step: number, learningRate: number, scale: number): void {
    const { optimizer } = this;
    if (!optimizer) return;
    this.startsStep = true;
    const scalars = optimizer.scalars(step, learningRate);
    const { touched, touchedCount, gradientAt, lastStep } = this;
    const memory = this.memory.array(0, this.gradient.byteOffset / 4 + this.gradient.length);
    for (let i = 0; i < touchedCount; i++) {
      const row = touched[i]!;
      optimizer.updateRow(this.slice(row), memory, gradientAt[row]! / 4, scale, scalars);
      lastStep[row] = step;
    }
    this.idle?.record(step, learningRate);
  }

  /** Brings every row up to date, so that the table is what dense training would have. */
  settle(): void {
    if (!this.idle) return;
    for (let row = 1; row < this.rows; row++) this.catchUp(row);
  }

  /** Whether a step moves every row, with a gradient or without. */
  private get movesEveryRow(): boolean {
    return !this.idle || this.idle.steps < this.optimizer!.idle!.after;
  }

  /** No row has a gradient yet; only where all are moved are any touched. */
  private startStep(): void {
    const { gradientAt, touched, rows } = this;
    for (let i = 0; i < this.touchedCount; i++) gradientAt[touched[i]!] = 0;
    this.touchedCount = 0;
    if (this.movesEveryRow) for (let row = 1; row < rows; row++) touched[this.touchedCount++] = row;
  }

  /** Finds the batch's distinct rows and makes up for their idle steps. */
  private bringUpToDate(ids: ArrayLike<number>): void {
    if (this.startsStep || !this.sums) this.startStep();
    this.startsStep = false;
    const { gradientAt, gradient, sums, touched, movesEveryRow, width } = this;
    for (let i = 0; i < ids.length; i++) {
      const row = ids[i]!;
      if (row === 0 || gradientAt[row] !== 0) continue;
      sums?.fill(0, row * width, (row + 1) * width);
      gradientAt[row] = sums ? sums.byteOffset + 4 * width * row : gradient.byteOffset + 4 * width * i;
      if (!movesEveryRow) {
        touched[this.touchedCount++] = row;
        this.catchUp(row);
      }
    }
  }

  /** Makes up for the steps in which the row was not touched. */
  private catchUp(row: number): void {
    const { idle, lastStep } = this;
    if (!idle || lastStep[row] === idle.steps) return;
    this.optimizer!.idle!.catchUp(this.slice(row), idle.since(lastStep[row]!));
    lastStep[row] = idle.steps;
  }

  /** One object for all rows: a new one for each of thousands would cost as much as the work on the row. */
  private slice(row: number): RowSlice {
    this.shared.first = row * this.width;
    this.shared.end = this.shared.first + this.width;
    return this.shared;
  }

  /** Lays out the memory for a batch of `tokens`. */
  private place(tokens: number): void {
    const { memory, width, optimizer } = this;
    const size = this.rows * width;
    const stride = size + OVERHANG;
    const states = optimizer ? Object.keys(optimizer.state).length : 0;
    const tables = 1 + states + (this.sumsBatches ? 1 : 0);
    memory.reserve(tables * stride + 2 * tokens * width + tokens);
    this.table = memory.array(0, size);
    this.state = Array.from({ length: states }, (_, i) => memory.array(4 * (i + 1) * stride, size));
    this.sums = this.sumsBatches ? memory.array(4 * (1 + states) * stride, size) : undefined;
    const start = 4 * tables * stride;
    this.gradient = memory.array(start, tokens * width);
    this.embedded = memory.array(start + 4 * tokens * width, tokens * width);
    this.ids = memory.integers(start + 8 * tokens * width, tokens);
    this.shared = { kernels: memory.kernels, table: this.table, state: this.state, first: 0, end: 0 };
  }
}
