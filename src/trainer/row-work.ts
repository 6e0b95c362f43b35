import type { Optimizer, RowSlice } from '../nn/optimizers/optimizer';
import { Buffers } from './buffers';
import { IdleSteps } from './idle-steps';
import { RowMemory, type WasmMemory } from './row-kernels';
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
  /** A row: one object for all, as a new one for each of thousands would cost as much as the work on it. */
  private readonly slice: { -readonly [Key in keyof RowSlice]: RowSlice[Key] } & { readonly state: number[] };

  /** `memory`: that of the other threads, where there are any. */
  constructor(
    readonly form: RowForm,
    private readonly optimizer: Optimizer | undefined,
    private readonly thread: number,
    memory: WasmMemory | undefined,
  ) {
    this.memory = new RowMemory(undefined, memory);
    const { kernels } = this.memory;
    this.slice = { kernels, parameter: 0, state: Array(form.states).fill(0), count: form.width };
    this.idle = optimizer?.idle && new IdleSteps(optimizer.idle);
  }

  /** Makes ready for a batch of `tokens`. */
  place(tokens: number): void {
    this.space = placeRows(this.memory, this.form, this.thread, tokens);
  }

  /** The vectors of all tokens, `[ids, width]`, where onnxruntime finds them; valid until the next are read. */
  readAll(): Float32Array {
    const { embedded, ids } = this.space;
    if (this.form.threads === 1) {
      this.gather(0, ids.length);
      return embedded;
    }
    const { data } = this.buffers.tensor('vectors', [ids.length, this.form.width]);
    this.read(0, data);
    return data;
  }

  /** Copies the vectors of the tokens from `first` on out of shared memory, of which onnxruntime takes none, `[tokens, width]`. */
  read(first: number, to: Float32Array): void {
    const { width } = this.form;
    const { embedded } = this.space;
    const count = to.length / width;
    for (let done = 0; done < count; done += BLOCK) {
      const size = Math.min(BLOCK, count - done);
      this.gather(first + done, size);
      to.set(size === BLOCK ? embedded : embedded.subarray(0, size * width), done * width);
    }
  }

  /** Puts the gradient of the tokens from `first` on where all threads find it. */
  write(first: number, gradient: Float32Array): void {
    this.space.gradient.set(gradient, first * this.form.width);
  }

  /**
   * Sums up the gradients of the batch's distinct rows number `start` to `end`, their tokens in order, and the squares
   * of each row's gradient.
   */
  sum(start: number, end: number): void {
    if (start === end) return;
    const { named, nextToken, gradientAt, squares, ids, gradient, sums } = this.space;
    this.memory.kernels.sum(
      named.byteOffset + 4 * start,
      end - start,
      ids.byteOffset,
      nextToken.byteOffset,
      gradientAt.byteOffset,
      squares.byteOffset,
      gradient.byteOffset,
      this.form.width,
      sums !== undefined,
    );
  }

  /** The sum of the squares of the gradients of the step's first `count` rows: in their order, whichever thread summed which. */
  squares(count: number): number {
    const { touched, gradientAt, squares } = this.space;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const row = touched[i]!;
      if (gradientAt[row] !== 0) sum += squares[row]!;
    }
    return sum;
  }

  /** Brings every number of these gradients to between -limit and limit. */
  clip(count: number, limit: number): void {
    const { touched, gradientAt } = this.space;
    for (let i = 0; i < count; i++) {
      this.memory.kernels.clip(gradientAt[touched[i]!]!, this.form.width, limit);
    }
  }

  /** Updates the step's rows number `start` to `end`. */
  update(start: number, end: number, { step, learningRate, scale }: RowStep): void {
    const optimizer = this.optimizer!;
    const { touched, gradientAt, lastStep } = this.space;
    const scalars = optimizer.scalars(step, learningRate);
    for (let i = start; i < end; i++) {
      if ((i - start) % AHEAD === 0) this.touch(touched.byteOffset + 4 * i, Math.min(AHEAD, end - i));
      const row = touched[i]!;
      this.catchUp(row);
      optimizer.updateRow(this.sliceAt(row), gradientAt[row]!, scale, scalars);
      lastStep[row] = step;
    }
  }

  /** Makes up for the steps in which the row was not touched. */
  catchUp(row: number): void {
    const { idle } = this;
    const { lastStep } = this.space;
    if (!idle || lastStep[row] === idle.steps) return;
    this.optimizer!.idle!.catchUp(this.sliceAt(row), idle.since(lastStep[row]!));
    lastStep[row] = idle.steps;
  }

  /** Copies the vectors of `count` tokens to where this thread has them, each as if its row were up to date. */
  private gather(first: number, count: number): void {
    if (count === 0) return;
    const { idle } = this;
    const { ids, lastStep, embedded } = this.space;
    const bytes = 4 * this.form.width;
    if (idle) this.touch(ids.byteOffset + 4 * first, count);
    this.memory.kernels.gather(ids.byteOffset + 4 * first, count, 0, bytes, embedded.byteOffset);
    if (!idle) return;
    for (let i = 0; i < count; i++) {
      const row = ids[first + i]!;
      if (row === 0 || lastStep[row] === idle.steps) continue;
      // Other threads may be reading the row: what moves is the copy, and no memory is written that they read.
      const slice = this.sliceAt(row);
      slice.parameter = embedded.byteOffset + bytes * i;
      this.optimizer!.idle!.look(slice, idle.since(lastStep[row]!));
    }
  }

  /**
   * Fetches the rows that are listed at this address into the cache, all at once: rows come from all over a table that
   * is larger than the cache, and the work on one would wait for each of its parts in turn.
   */
  private touch(rows: number, count: number): void {
    const { stride, state } = this.space;
    this.memory.kernels.touch(rows, count, 4 * this.form.width, 1 + state.length, stride);
  }

  private sliceAt(row: number) {
    const { slice } = this;
    const { state } = this.space;
    const offset = 4 * this.form.width * row;
    slice.parameter = offset;
    for (let i = 0; i < state.length; i++) slice.state[i] = state[i]!.byteOffset + offset;
    return slice;
  }
}
