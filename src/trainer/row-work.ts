import type { Optimizer } from '../nn/optimizers/optimizer';
import { waitHere } from '../runtime/wait-here';
import { Buffers } from './buffers';
import { IdleSteps } from './idle-steps';
import { IdleStretches } from './idle-stretches';
import { look } from './look';
import { kernelNumber, RowMemory, type WasmMemory } from './row-kernels';
import { BLOCK, placeRows, type RowForm, type RowSpace } from './row-space';

/** So many rows are fetched into the cache before they are updated, and fit in. */
const AHEAD = 16;

/** One step of the optimizer along the gradient times `scale`; steps count from 1. */
export interface RowStep {
  readonly step: number;
  readonly learningRate: number;
  readonly scale: number;
}

/**
 * What is done to single rows of an embedding table and to a batch's tokens, in one thread of perhaps several;
 * row-table.ts says to which rows and when. What becomes of a row depends on that row alone, so it is the same whichever
 * thread takes it.
 */
export class RowWork {
  space!: RowSpace;
  readonly idle: IdleSteps | undefined;
  private readonly memory: RowMemory;
  private readonly buffers = new Buffers();
  private readonly kernel: number;
  private readonly idleKernel: number;
  /** Missing where idle rows neither move nor shrink. */
  private readonly stretches: IdleStretches | undefined;

  /** `memory`: that of the other threads, where there are any. */
  constructor(
    readonly form: RowForm,
    private readonly optimizer: Optimizer | undefined,
    private readonly thread: number,
    memory: WasmMemory | undefined,
  ) {
    this.memory = new RowMemory(undefined, memory);
    this.kernel = kernelNumber(optimizer?.inPlace.kernel);
    this.idleKernel = kernelNumber(optimizer?.idle?.kernel);
    this.idle = optimizer?.idle && new IdleSteps(optimizer.idle);
    this.stretches = this.idle && optimizer?.idle?.kernel ? new IdleStretches(this.idle) : undefined;
  }

  /** Makes ready for a batch of `tokens`. */
  place(tokens: number): void {
    this.space = placeRows(this.memory, this.form, this.thread, tokens);
  }

  get isTrained(): boolean {
    return this.optimizer !== undefined;
  }

  /**
   * The vectors of `count` tokens from `first` on, `[count, width]`, where onnxruntime finds them; valid until the next are
   * read. It takes no shared memory, so what is in there is copied out of it.
   */
  read(first: number, count: number): Float32Array {
    const { embedded } = this.space;
    const { width } = this.form;
    const copy = this.isShared ? this.buffers.tensor('vectors', [count, width]).data : undefined;
    const at = copy ? 0 : first * width;
    for (let done = 0; done < count; done += BLOCK) {
      const size = Math.min(BLOCK, count - done);
      const to = copy ? 0 : at + done * width;
      this.gather(first + done, size, embedded.byteOffset + 4 * to);
      copy?.set(size === BLOCK ? embedded : embedded.subarray(0, size * width), done * width);
    }
    return copy ?? embedded.subarray(at, at + count * width);
  }

  /** Where onnxruntime may put the gradient of what `read` gave, `[count, width]`; `write` it then. */
  gradientOf(first: number, count: number): Float32Array {
    const { width } = this.form;
    if (this.isShared) return this.buffers.tensor('gradient', [count, width]).data;
    return this.space.gradient.subarray(first * width, (first + count) * width);
  }

  /** Puts the gradient of the tokens from `first` on where all threads find it. */
  write(first: number, gradient: Float32Array): void {
    if (this.isShared) this.space.gradient.set(gradient, first * this.form.width);
  }

  /** Whether the table is that of several threads. */
  private get isShared(): boolean {
    return this.form.threads > 1;
  }

  /** Whether a step moves every row, with a gradient or without. */
  get movesEveryRow(): boolean {
    const { idle } = this;
    return !idle || idle.steps < this.optimizer!.idle!.after;
  }

  /**
   * Looks at the tokens from `first` to `end`, if all before them were looked at by now, or soon are; whoever waits for all
   * threads does what is left.
   */
  lookInTurn(first: number, end: number): void {
    const { counts } = this.space.progress;
    if (waitHere(counts, 0, (looked) => looked === first, 0)) this.look(end);
  }

  /** See look.ts. */
  look(end: number): void {
    look(this.space, this.form.width, this.movesEveryRow, end);
  }

  /**
   * Sums up the gradients of the batch's distinct rows number `start` to `end`, their tokens in order, and the squares
   * of each row's gradient.
   */
  sum(start: number, end: number): void {
    if (start === end) return;
    const { named, nextToken, squares, ids, gradient, sums } = this.space;
    this.memory.kernels.sum(
      named.byteOffset + 4 * start,
      end - start,
      ids.byteOffset,
      nextToken.byteOffset,
      squares.byteOffset,
      gradient.byteOffset,
      this.form.width,
      sums?.byteOffset ?? 0,
    );
  }

  /** The sum of the squares of the gradients of the step's first `count` rows: in their order, whichever thread summed which. */
  squares(count: number): number {
    const { touched, gradientAt, squares } = this.space;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      if (gradientAt[i] !== 0) sum += squares[touched[i]!]!;
    }
    return sum;
  }

  /** Brings every number of these gradients to between -limit and limit. */
  clip(count: number, limit: number): void {
    const { gradientAt } = this.space;
    for (let i = 0; i < count; i++) {
      if (gradientAt[i] !== 0) this.memory.kernels.clip(gradientAt[i]!, this.form.width, limit);
    }
  }

  /** Updates the step's rows number `start` to `end`. */
  update(start: number, end: number, { step, learningRate, scale }: RowStep): void {
    const { inPlace, scalars } = this.optimizer!;
    const { touched, gradientAt, lastStep, idleAt, stride, numbers } = this.space;
    const { width, states } = this.form;
    numbers.set(inPlace.numbers(scale, scalars(step, learningRate)));
    for (let at = start; at < end; at += AHEAD) {
      const count = Math.min(AHEAD, end - at);
      const rows = touched.byteOffset + 4 * at;
      this.touch(rows, count);
      this.listIdle(touched, at, count);
      for (let i = at; i < at + count; i++) lastStep[touched[i]!] = step;
      this.memory.kernels.stepRows(
        ...[this.kernel, this.idleKernel, rows, idleAt.byteOffset, count],
        ...[width, stride, states, gradientAt.byteOffset + 4 * at, numbers.byteOffset],
      );
    }
  }

  /** Makes up for the steps in which the row was not touched. */
  catchUp(row: number): void {
    const { idle } = this;
    const { lastStep, stride } = this.space;
    const { width, states } = this.form;
    if (!idle || lastStep[row] === idle.steps) return;
    if (this.stretches) {
      const stretch = this.stretches.of(this.space, row);
      this.memory.kernels.catchUp(this.idleKernel, 4 * width * row, stride, states, width, stretch);
    }
    lastStep[row] = idle.steps;
  }

  /** Copies the vectors of `count` tokens, at most BLOCK, to where this thread has them, each as if its row were up to date. */
  private gather(first: number, count: number, to: number): void {
    const { ids, idleAt, stride } = this.space;
    const { width, states } = this.form;
    const rows = ids.byteOffset + 4 * first;
    if (this.idle) this.touch(rows, count);
    this.listIdle(ids, first, count);
    // Other threads may be reading the rows: no memory is written that they read.
    this.memory.kernels.readRows(
      ...[this.idleKernel, rows, idleAt.byteOffset, count],
      ...[width, stride, states, to],
    );
  }

  /** Lists the idle steps that these rows have to make up for, at most BLOCK of them. */
  private listIdle(rows: Int32Array, first: number, count: number): void {
    if (this.stretches) this.stretches.list(this.space, rows, first, count);
    else this.space.idleAt.fill(0, 0, count);
  }

  /**
   * Fetches the rows that are listed at this address into the cache, all at once: rows come from all over a table that
   * is larger than the cache, and the work on one would wait for each of its parts in turn.
   */
  private touch(rows: number, count: number): void {
    const { stride, state } = this.space;
    this.memory.kernels.touch(rows, count, 4 * this.form.width, 1 + state.length, stride);
  }
}
