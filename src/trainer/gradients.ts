import type { Random } from '../data/random';
import type { DropoutMask } from '../nn/scope';
import { type Executable, floatTensor, type Replica, type Tensor } from '../runtime/executor';
import { type Batch, dimsOf } from './batch';
import { Buffers } from './buffers';
import { fillDropoutMask } from './dropout';
import { type PartTask, PartWork } from './part-work';
import type { RowTable } from './row-table';
import { mergeLogits, splitBatch } from './shards';

/** In milliseconds: another thread that is not through by then may be in trouble, which its reply says. */
const PATIENCE = 20;

type NamedTensors = Readonly<Record<string, Tensor>>;

export interface GradientsOptions {
  /** Copies of the gradient program, each of which takes an equal part of a batch. */
  readonly copies: readonly [Executable, ...Replica[]];
  /** The words' vectors. As many threads work on it as there are copies. */
  readonly table: RowTable;
  /** Whether the program takes the vectors of distinct words instead of all tokens': see VectorForm. */
  readonly byWord: boolean;
  readonly dropoutMasks: readonly DropoutMask[];
  /** Where each copy has to put its gradients of the parameters. */
  readonly targets: readonly NamedTensors[];
}

export interface GradientsResult {
  /** The sum of the texts' losses over the divisor. */
  readonly loss: number;
  /** `[batch, outputs]` */
  readonly logits: Float32Array;
  /** How many copies wrote gradients of the parameters. */
  readonly copies: number;
}

/** A batch made ready: a part for each copy of the program that there is work for. */
export interface SplitBatch {
  readonly parts: readonly Batch[];
  readonly size: number;
  /** Tokens of all parts, padding included. */
  readonly tokens: number;
}

/**
 * The forward and backward pass over a batch. Where there are several copies of the program, each takes a part of
 * the texts on a core of its own, and their gradients are summed: cores that share each operation spend much of their
 * time waiting for each other, most of all in the small products of a recurrent step.
 */
export class Gradients {
  private readonly buffers = new Buffers();

  private readonly work: PartWork;

  constructor(private readonly options: GradientsOptions) {
    this.work = new PartWork(options.table.work, options.byWord);
  }

  split(batch: Batch): SplitBatch {
    const parts = splitBatch(batch, this.options.copies.length);
    return { parts, size: batch.size, tokens: parts.reduce((sum, { ids }) => sum + ids.length, 0) };
  }

  /** What the words' vectors have for gradients is put where the table finds it. */
  async run(
    { parts, size, tokens }: SplitBatch,
    parameters: NamedTensors,
    divisor: number,
    random: Random,
  ): Promise<GradientsResult> {
    const { copies, table } = this.options;
    const [first, ...replicas] = copies;
    // This thread's part last, so that the others look at theirs while it is still busy with them.
    const inTurn = [...parts.slice(1), parts[0]!];
    table.start(...inTurn.map(({ ids }) => ids));
    let at = 0;
    const tasks = inTurn.map(({ ids, time, size: texts }): PartTask => {
      const task = { tokens, first: at, time, size: texts };
      at += ids.length;
      return task;
    });
    for (let copy = 1; copy < parts.length; copy++) replicas[copy - 1]!.begin(tasks[copy - 1]);
    const feeds = parts.map((part, copy) => ({
      ...{ mask: part.mask, targets: part.targets, weights: part.weights },
      divisor: floatTensor([], [divisor]),
      ...parameters,
      ...this.drawDropout(part, copy, random),
    }));
    // The first copy runs on this thread and holds it up: the others are to be on their way by then.
    const running = parts
      .slice(1)
      .map((part, i) => replicas[i]!.run(feeds[i + 1]!, this.resultsOf(part, i + 1)));
    const here = this.runHere(first, tasks.at(-1)!, feeds[0]!).then((results) => {
      for (let i = 0; i < running.length; i++) replicas[i]!.attend(PATIENCE);
      return results;
    });
    const results = await Promise.all([here, ...running]);
    table.look();
    return {
      loss: results.reduce((sum, { loss }) => sum + Number(loss!.data[0]), 0),
      logits: mergeLogits(
        results.map(({ logits }) => logits!.data as Float32Array),
        size,
      ),
      copies: parts.length,
    };
  }

  /** Where a copy in another thread puts all results of its part: see Replica.attend. */
  private resultsOf({ targets }: Batch, copy: number): NamedTensors {
    const logits = this.buffers.tensor(`logits ${copy}`, targets.shape);
    return { ...this.options.targets[copy]!, loss: floatTensor([]), logits };
  }

  /** The first part of the batch, or all of it, on this thread. */
  private async runHere(program: Executable, task: PartTask, fed: NamedTensors): Promise<NamedTensors> {
    const { feeds, into, end } = this.work.begin(task);
    const results = await program.run({ ...fed, ...feeds }, { ...this.options.targets[0]!, ...into });
    end();
    return results;
  }

  async release(): Promise<void> {
    await Promise.all(this.options.copies.map((copy) => copy.release()));
  }

  private drawDropout(part: Batch, copy: number, random: Random): Record<string, Tensor> {
    return Object.fromEntries(
      this.options.dropoutMasks.map(({ name, shape, rate }) => {
        const mask = this.buffers.tensor(`${name} ${copy}`, dimsOf(shape, part));
        fillDropoutMask(mask.data, rate, random);
        return [name, mask];
      }),
    );
  }
}
