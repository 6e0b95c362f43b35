import type { Optimizer } from '../nn/optimizers/optimizer';
import { sharedMemory, type WasmMemory } from './row-kernels';
import type { RowForm } from './row-space';
import { type RowStep, RowWork } from './row-work';

export interface RowTableOptions {
  /** Whether several batches can make one step. */
  readonly sumsBatches?: boolean;
  /** How many threads work on it; of more than one, all but the first have a RowWork over its memory. */
  readonly threads?: number;
}

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
 * A step: `gather`, then the gradient is put into `gradient`, `accumulate`, `update`. Threads that share one (see RowTeam)
 * leave rows as they are until the step ends; meanwhile each reads its tokens as if they were up to date.
 */
export class RowTable {
  readonly form: RowForm;
  /** What other threads that work on the table need; undefined where there are none. */
  readonly memory: WasmMemory | undefined;
  /** This thread's. */
  readonly work: RowWork;
  /** Whether the next batch is the first one of a step. */
  private startsStep = true;
  /** How many tokens the batch has, padding included. */
  private tokens = 0;

  /** `start`: `[rows, width]`, or only its width where the rows are filled in later. Without an optimizer the table is frozen: training leaves it as it is. */
  constructor(
    start: Float32Array | { readonly width: number },
    rows: number,
    private readonly optimizer: Optimizer | undefined,
    { sumsBatches = false, threads = 1 }: RowTableOptions = {},
  ) {
    const isFilled = start instanceof Float32Array;
    const states = Object.values(optimizer?.state ?? {});
    const width = isFilled ? start.length / rows : start.width;
    this.form = { rows, width, states: states.length, sumsBatches, threads };
    this.memory = threads > 1 ? sharedMemory() : undefined;
    this.work = new RowWork(this.form, optimizer, 0, this.memory);
    this.work.place(0);
    if (isFilled) this.table.set(start);
    states.forEach((value, i) => {
      this.state[i]!.fill(value);
    });
  }

  get rows(): number {
    return this.form.rows;
  }

  get width(): number {
    return this.form.width;
  }

  get isTrained(): boolean {
    return this.optimizer !== undefined;
  }

  /** `[rows, width]`; see `settle`. */
  get table(): Float32Array {
    return this.work.space.table;
  }

  /** The optimizer's state, each tensor of the table's shape. */
  get state(): readonly Float32Array[] {
    return this.work.space.state;
  }

  /** Where the gradient of what was gathered has to be put, `[ids, width]`. */
  get gradient(): Float32Array {
    return this.work.space.gradient;
  }

  /** The vectors of these token ids, `[ids, width]`; valid until the next are read. */
  read(ids: ArrayLike<number>): Float32Array {
    this.take(ids);
    return this.work.read(0, ids.length);
  }

  /** Starts a batch of training, and reads its rows. */
  gather(ids: ArrayLike<number>): Float32Array {
    this.start(ids);
    this.look();
    return this.work.read(0, ids.length);
  }

  /** How many distinct rows the batch names, padding left out. */
  get namedCount(): number {
    return this.work.space.progress.counts[1]!;
  }

  /** How many rows the step moves so far. */
  get touchedCount(): number {
    return this.work.space.progress.counts[2]!;
  }

  /** Starts a batch of training: all threads can look at its tokens then, and read their rows. */
  start(...parts: readonly ArrayLike<number>[]): void {
    this.take(...parts);
    if (!this.optimizer || !(this.startsStep || !this.form.sumsBatches)) return;
    this.startsStep = false;
    this.startStep();
  }

  /** Looks at what no thread has looked at yet; to be called when no other does any more. See look.ts. */
  look(): void {
    if (this.optimizer) this.work.look(this.tokens);
  }

  /** Puts a batch's token ids where all threads find them. */
  private take(...parts: readonly ArrayLike<number>[]): void {
    const before = this.tokens;
    this.tokens = parts.reduce((sum, { length }) => sum + length, 0);
    this.work.place(this.tokens);
    const { starts, counts } = this.work.space.progress;
    starts[0] = starts[0]! + before;
    counts.fill(0, 0, 2);
    let at = 0;
    for (const ids of parts) {
      this.work.space.ids.set(ids, at);
      at += ids.length;
    }
  }

  /** Adds what `gradient` has for the batch's tokens to the gradients of their rows. */
  accumulate(): void {
    if (this.optimizer) this.work.sum(0, this.namedCount);
  }

  /** The sum of the squares of the step's gradient over all rows. */
  squares(): number {
    return this.work.squares(this.touchedCount);
  }

  /** Brings every number of the step's gradient to between -limit and limit. */
  clip(limit: number): void {
    this.work.clip(this.touchedCount, limit);
  }

  /** Ends step `step` (counted from 1): updates the touched rows with their gradient times `scale`. */
  update(step: number, learningRate: number, scale: number): void {
    if (!this.optimizer) return;
    const one = { step, learningRate, scale };
    this.work.update(0, this.touchedCount, one);
    this.end(one);
  }

  /** To be called when all rows are updated. */
  end({ step, learningRate }: RowStep): void {
    this.startsStep = true;
    this.work.idle?.record(step, learningRate);
  }

  /** Brings every row up to date, so that the table is what dense training would have. */
  settle(): void {
    for (let row = 1; row < this.rows; row++) this.work.catchUp(row);
  }

  /** No row has a gradient yet; only where all are moved are any touched. */
  private startStep(): void {
    const { gradientAt, touched, progress } = this.work.space;
    progress.starts[1] = progress.starts[0]!;
    progress.counts[2] = 0;
    if (!this.work.movesEveryRow) return;
    for (let row = 1; row < this.rows; row++) touched[row - 1] = row;
    gradientAt.fill(0, 0, this.rows - 1);
    progress.counts[2] = this.rows - 1;
  }
}
