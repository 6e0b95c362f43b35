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
  /** How many distinct rows the batch names, padding left out. */
  namedCount = 0;
  /** How many rows the step moves so far. */
  touchedCount = 0;
  /** Whether the next batch is the first one of a step. */
  private startsStep = true;
  /** Each row's last token so far, counted from the first token of the first batch on, which is number 1. */
  private readonly lastToken: Float64Array;
  /** Tokens of all batches before the one at hand. */
  private batchStart = 0;
  /** How many tokens it has, padding included. */
  private tokens = 0;
  /** How many of them were looked at. */
  private lookedAt = 0;

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
    this.lastToken = new Float64Array(rows);
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

  /** Starts a batch of training: brings its rows up to date, then reads them. */
  gather(ids: ArrayLike<number>): Float32Array {
    this.take(ids);
    this.look(ids.length);
    return this.work.read(0, ids.length);
  }

  /** Starts a batch: puts its token ids where all threads find them. */
  take(...parts: readonly ArrayLike<number>[]): void {
    this.batchStart += this.tokens;
    this.tokens = parts.reduce((sum, { length }) => sum + length, 0);
    this.work.place(this.tokens);
    let at = 0;
    for (const ids of parts) {
      this.work.space.ids.set(ids, at);
      at += ids.length;
    }
    this.lookedAt = 0;
    this.namedCount = 0;
  }

  /**
   * Finds the distinct rows of a batch of training, and the tokens of each, up to token number `end`, from where it
   * stopped before. All of the batch has to be looked at before its gradients are summed up.
   */
  look(end: number): void {
    if (!this.optimizer) return;
    if (this.lookedAt === 0 && (this.startsStep || !this.form.sumsBatches)) this.startStep();
    this.startsStep = false;
    const before = this.namedCount;
    this.linkTokens(end);
    const { movesEveryRow } = this;
    const { ids, named, touched, gradientAt } = this.work.space;
    for (let i = before; i < this.namedCount; i++) {
      const first = named[i]!;
      const row = ids[first]!;
      if (gradientAt[row] !== 0) continue;
      gradientAt[row] = this.startGradient(row, first);
      if (!movesEveryRow) touched[this.touchedCount++] = row;
    }
  }

  /** Lists the batch's distinct rows up to token number `end`, and leads from each of their tokens to the next. */
  private linkTokens(end: number): void {
    const { lastToken, batchStart } = this;
    const { ids, nextToken, named } = this.work.space;
    let count = this.namedCount;
    for (let i = this.lookedAt; i < end; i++) {
      const row = ids[i]!;
      if (row === 0) continue;
      const before = lastToken[row]! - batchStart;
      lastToken[row] = batchStart + i + 1;
      nextToken[i] = 0;
      if (before > 0) nextToken[before - 1] = i;
      else named[count++] = i;
    }
    this.lookedAt = end;
    this.namedCount = count;
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

  /** Whether a step moves every row, with a gradient or without. */
  private get movesEveryRow(): boolean {
    const { idle } = this.work;
    return !idle || idle.steps < this.optimizer!.idle!.after;
  }

  /** No row has a gradient yet; only where all are moved are any touched. */
  private startStep(): void {
    const { gradientAt, touched } = this.work.space;
    for (let i = 0; i < this.touchedCount; i++) gradientAt[touched[i]!] = 0;
    this.touchedCount = 0;
    if (this.movesEveryRow) for (let row = 1; row < this.rows; row++) touched[this.touchedCount++] = row;
  }

  /** The address where the gradient of a row is summed up that the batch's token `first` is the first to name. */
  private startGradient(row: number, first: number): number {
    const { width } = this.form;
    const { sums, gradient } = this.work.space;
    if (!sums) return gradient.byteOffset + 4 * width * first;
    sums.fill(0, row * width, (row + 1) * width);
    return sums.byteOffset + 4 * width * row;
  }
}
