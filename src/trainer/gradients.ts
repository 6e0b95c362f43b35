import type { Random } from '../data/random';
import type { DropoutMask } from '../nn/scope';
import {
  type Executable,
  floatTensor,
  type LocalTensors,
  type Replica,
  type Tensor,
} from '../runtime/executor';
import { type Batch, dimsOf } from './batch';
import { Buffers } from './buffers';
import type { DistinctWords } from './distinct-words';
import { fillDropoutMask } from './dropout';
import type { RowTask } from './row-helper';
import type { RowTable } from './row-table';
import { mergeLogits, splitBatch } from './shards';

type NamedTensors = Readonly<Record<string, Tensor>>;

export interface GradientsOptions {
  /** Copies of the gradient program, each of which takes an equal part of a batch. */
  readonly copies: readonly [Executable, ...Replica[]];
  /** The words' vectors. As many threads work on it as there are copies. */
  readonly table: RowTable;
  /** There where the program takes the vectors of distinct words instead of all tokens': see VectorForm. */
  readonly distinctWords: DistinctWords | undefined;
  readonly dropoutMasks: readonly DropoutMask[];
  /** Where the parameters' gradients have to be put. */
  readonly target: NamedTensors;
}

export interface GradientsResult {
  /** The sum of the texts' losses over the divisor. */
  readonly loss: number;
  /** `[batch, outputs]` */
  readonly logits: Float32Array;
  /** Puts the parameters' gradients together, to be called once; returns the sum of their squares. */
  sum(): number;
}

/** What one copy of the program takes of a batch. */
interface Part {
  readonly batch: Batch;
  /** Whose vectors it takes: ids of words. */
  readonly ids: Int32Array;
  /** Of these vectors together. */
  readonly shape: readonly number[];
  /** What goes with them. */
  readonly places: NamedTensors;
}

/** A batch made ready: its parts, and the words whose vectors they take, one part after the other. */
export interface SplitBatch {
  readonly parts: readonly Part[];
  readonly ids: Int32Array;
  readonly size: number;
}

/**
 * The forward and backward pass over a batch. Where there are several copies of the program, each takes a part of
 * the texts on a core of its own, and their gradients are summed: cores that share each operation spend much of their
 * time waiting for each other, most of all in the small products of a recurrent step.
 */
export class Gradients {
  private readonly buffers = new Buffers();
  /** What the second copy and those after it write, by the copy. */
  private readonly others: NamedTensors[];

  constructor(private readonly options: GradientsOptions) {
    this.others = options.copies
      .slice(1)
      .map(() =>
        Object.fromEntries(
          Object.entries(options.target).map(([name, { shape }]) => [name, floatTensor(shape)]),
        ),
      );
  }

  split(batch: Batch): SplitBatch {
    const parts = splitBatch(batch, this.options.copies.length).map((part) => this.withVectors(part));
    const ids = new Int32Array(parts.reduce((sum, part) => sum + part.ids.length, 0));
    let at = 0;
    for (const part of parts) {
      ids.set(part.ids, at);
      at += part.ids.length;
    }
    return { parts, ids, size: batch.size };
  }

  private withVectors(batch: Batch): Part {
    const { distinctWords, table } = this.options;
    if (!distinctWords)
      return { batch, ids: batch.ids, shape: [batch.time, batch.size, table.width], places: {} };
    const { ids, tokens } = distinctWords.of(batch);
    return { batch, ids, shape: [ids.length, table.width], places: { tokens } };
  }

  /** What the words' vectors have for gradients is put where the table finds it. */
  async run(
    { parts, ids, size }: SplitBatch,
    parameters: NamedTensors,
    divisor: number,
    random: Random,
  ): Promise<GradientsResult> {
    const { copies, table } = this.options;
    const [first, ...replicas] = copies;
    const feeds = parts.map(({ batch: { mask, targets, weights }, batch, places }, copy) => ({
      ...{ mask, targets, weights },
      ...places,
      divisor: floatTensor([], [divisor]),
      ...parameters,
      ...this.drawDropout(batch, copy, random),
    }));
    table.take(ids);
    // The first copy runs on this thread and holds it up: the others are to be on their way by then.
    let at = parts[0]!.ids.length;
    const running = parts.slice(1).map((part, i) => {
      const task = { tokens: ids.length, first: at } satisfies RowTask;
      at += part.ids.length;
      return replicas[i]!.run(feeds[i + 1]!, this.others[i], { ...this.localShapes(part), task });
    });
    running.unshift(this.runHere(first, parts[0]!, feeds[0]!));
    const results = await Promise.all(running);
    return {
      loss: results.reduce((sum, { loss }) => sum + Number(loss!.data[0]), 0),
      logits: mergeLogits(
        results.map(({ logits }) => logits!.data as Float32Array),
        size,
      ),
      sum: () => (parts.length === 1 ? Number(results[0]!.squares!.data[0]) : this.sum(parts.length - 1)),
    };
  }

  /** The first part of the batch, or all of it, on this thread. */
  private async runHere(program: Executable, part: Part, feeds: NamedTensors): Promise<NamedTensors> {
    const { table, target } = this.options;
    const shapes = this.localShapes(part);
    if (!table.memory) {
      const embedded = { dtype: 'float32', shape: shapes.feeds.embedded, data: table.begin() } as const;
      const into: NamedTensors = table.isTrained
        ? { embedded_grad: { ...embedded, data: table.gradient } }
        : {};
      return program.run({ ...feeds, embedded }, { ...target, ...into });
    }
    // onnxruntime takes no shared memory.
    const embedded = this.buffers.tensor('embedded', shapes.feeds.embedded);
    const gradient = this.buffers.tensor('embedded_grad', shapes.feeds.embedded);
    table.look();
    table.work.read(0, embedded.data);
    const into: NamedTensors = table.isTrained ? { embedded_grad: gradient } : {};
    const results = await program.run({ ...feeds, embedded }, { ...target, ...into });
    if (table.isTrained) table.work.write(0, gradient.data);
    return results;
  }

  /** What each thread makes for its part by itself. */
  private localShapes({
    shape,
  }: Part): Pick<LocalTensors, 'into'> & { feeds: { embedded: readonly number[] } } {
    const { isTrained } = this.options.table;
    return { feeds: { embedded: shape }, into: isTrained ? { embedded_grad: shape } : {} };
  }

  async release(): Promise<void> {
    await Promise.all(this.options.copies.map((copy) => copy.release()));
  }

  /** Adds what the first `count` of the other copies wrote, at least one; returns the sum of the squares of all. */
  private sum(count: number): number {
    let squares = 0;
    for (const [name, { data }] of Object.entries(this.options.target)) {
      for (let copy = 0; copy < count; copy++) {
        const ofTensor = addAndSquare(data as Float32Array, this.others[copy]![name]!.data as Float32Array);
        if (copy === count - 1) squares += ofTensor;
      }
    }
    return squares;
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

/** Adds these numbers; returns the sum of the squares of what comes out. */
function addAndSquare(to: Float32Array, from: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < to.length; i++) {
    const sum = Math.fround(to[i]! + from[i]!);
    to[i] = sum;
    squares += sum * sum;
  }
  return squares;
}
