import { createOptimizer, type OptimizerOptions } from '../nn/optimizers';
import type { HelpersPart, ThreadHelper } from '../runtime/executor';
import { Meeting } from './meeting';
import { type PartTask, PartWork } from './part-work';
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
      /** See PartWork. */
      readonly byWord: boolean;
      readonly meeting: SharedArrayBuffer;
    }
  /** Come to the meeting that ends a batch of so many tokens. */
  | { readonly type: 'meet'; readonly tokens: number };

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
  private part!: PartWork;
  private meeting!: Meeting;

  told(message: unknown): void {
    const known = message as RowMessage;
    switch (known.type) {
      case 'table': {
        const { form, memory, optimizer, thread, byWord, meeting } = known;
        this.work = new RowWork(form, optimizer && createOptimizer(optimizer), thread, memory);
        this.part = new PartWork(this.work, byWord);
        this.meeting = new Meeting(meeting);
        return;
      }
      case 'meet':
        this.meet(known.tokens);
    }
  }

  begin(task: unknown): HelpersPart {
    return this.part.begin(task as PartTask);
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
