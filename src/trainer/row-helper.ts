import { createOptimizer, type OptimizerOptions } from '../nn/optimizers';
import type { Tensors, ThreadHelper } from '../runtime/executor';
import { Meeting } from './meeting';
import type { WasmMemory } from './row-kernels';
import type { RowForm } from './row-space';
import { type RowStep, RowWork } from './row-work';

/** What the threads besides the table's own are told. */
export type RowMessage =
  | {
      readonly type: 'table';
      readonly form: RowForm;
      readonly memory: WasmMemory;
      /** Missing where the table is frozen. */
      readonly optimizer: OptimizerOptions | undefined;
      /** This thread's number, from 1 on. */
      readonly thread: number;
      readonly meeting: SharedArrayBuffer;
    }
  /** Come to the meeting that ends a batch of so many tokens. */
  | { readonly type: 'meet'; readonly tokens: number };

/** The part of a batch that a run is over. */
export interface RowTask {
  /** Tokens of the whole batch. */
  readonly tokens: number;
  /** The first one of the part. */
  readonly first: number;
}

/** What the numbers of a task at the meeting are. */
export const numbersOf = ({ step, learningRate, scale }: RowStep) => [step, learningRate, scale];
const stepOf = ([step, learningRate, scale]: Float64Array): RowStep => ({
  step: step!,
  learningRate: learningRate!,
  scale: scale!,
});

/** Works on the rows of a table in a thread that is not its owner's. */
export class RowHelper implements ThreadHelper {
  private work!: RowWork;
  private meeting!: Meeting;

  told(message: unknown): void {
    const known = message as RowMessage;
    switch (known.type) {
      case 'table': {
        const { form, memory, optimizer, thread, meeting } = known;
        this.work = new RowWork(form, optimizer && createOptimizer(optimizer), thread, memory);
        this.meeting = new Meeting(meeting);
        return;
      }
      case 'meet':
        this.meet(known.tokens);
    }
  }

  fill({ embedded }: Tensors, task: unknown): void {
    const { tokens, first } = task as RowTask;
    this.work.place(tokens);
    this.work.read(first, embedded!.data as Float32Array);
  }

  use({ embedded_grad: gradient }: Tensors, task: unknown): void {
    if (gradient) this.work.write((task as RowTask).first, gradient.data as Float32Array);
  }

  private meet(tokens: number): void {
    const { work } = this;
    let updated: RowStep | undefined;
    work.place(tokens);
    this.meeting.attend({
      sum: () => (start, end) => work.sum(start, end),
      update: (numbers) => {
        const step = stepOf(numbers);
        updated = step;
        return (start, end) => work.update(start, end, step);
      },
    });
    if (updated) work.idle?.record(updated.step, updated.learningRate);
  }
}
