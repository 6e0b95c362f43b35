import { KERNEL_NUMBERS, OVERHANG, type RowMemory } from './row-kernels';

/** What a table is like, for whoever works on it. */
export interface RowForm {
  readonly rows: number;
  /** Numbers in a row. */
  readonly width: number;
  /** Tensors of the optimizer's state. */
  readonly states: number;
  /** Whether several batches can make one step. */
  readonly sumsBatches: boolean;
  /** How many threads work on it. The memory of more than one is shared. */
  readonly threads: number;
}

/** Arrays over the memory of a table, as one of its threads sees them. */
export interface RowSpace {
  /** `[rows, width]` */
  readonly table: Float32Array;
  /** The optimizer's state, each tensor of the table's shape. */
  readonly state: readonly Float32Array[];
  /** Bytes from the table to the first tensor of the state, and from each to the next. */
  readonly stride: number;
  /** Each row's gradient over the batches of a step, `[rows, width]`; missing where one batch is a step. */
  readonly sums: Float32Array | undefined;
  /** The last step that each row took part in. */
  readonly lastStep: Int32Array;
  /** Distinct rows of the current step, in the order in which its batches name them. */
  readonly touched: Int32Array;
  /**
   * The address of the gradient of each of them: its place among the sums, or where the batch names the row first, there all
   * of it is summed up. 0 for rows without one, which is right as well: the zeros of padding.
   */
  readonly gradientAt: Uint32Array;
  /** The batch's distinct rows, each as the first token that names it. */
  readonly named: Int32Array;
  /** The sum of the squares of a row's gradient, where it has one. */
  readonly squares: Float64Array;
  /** Each row's last token so far, counted from the first token of the first batch on, which is number 1. */
  readonly lastToken: Float64Array;
  /** How far the batch is looked at: see look.ts. */
  readonly progress: Progress;
  /** What the optimizer's kernel computes with in the step at hand, for this thread alone. */
  readonly numbers: Float32Array;
  /** Stretches of idle steps, for this thread alone: see Exports.stepRows. */
  readonly stretches: Float32Array;
  /** Of some rows that this thread is about to treat: the address of their stretch, or 0. */
  readonly idleAt: Int32Array;
  /** The batch's tokens: the row of each. */
  readonly ids: Int32Array;
  /** The next token of the same row; 0 where there is none. */
  readonly nextToken: Int32Array;
  /** Of the tokens' vectors, `[ids, width]`. */
  readonly gradient: Float32Array;
  /** The tokens' vectors: all of them, `[ids, width]`, or of threads that share the memory a few for each. */
  readonly embedded: Float32Array;
}

/** In a number each, that all threads see. */
export interface Progress {
  /** Tokens of all batches before the one at hand, at 0; of those before the step's first batch, at 1. */
  readonly starts: Float64Array;
  /** How many tokens of the batch were looked at, at 0; `named` and `touched` have so many rows, at 1 and 2. */
  readonly counts: Int32Array;
}

/** Arrays begin at a multiple of so many numbers, where vector instructions like to; others are copied byte by byte. */
const ALIGNMENT = 16;
/** Numbers that a stretch of idle steps takes. */
export const STRETCH = 8;
/** Room for so many of them. */
export const STRETCHES = 1024;
/** From shared memory so many tokens' vectors are read in one go: they stay in the cache until they are copied out of it. */
export const BLOCK = 64;

/**
 * Lays out a table's memory for a batch of `tokens`: the table, from address 0 on, the state, the sums, what is known of
 * each row, room for each thread, and behind them what belongs to the batch. A larger batch than any before it makes
 * the memory grow, which empties all arrays over it: take them anew in each step.
 *
 * @param thread its number; that of number 0 makes the room, before the others ask for it
 */
export function placeRows(memory: RowMemory, form: RowForm, thread: number, tokens: number): RowSpace {
  const { rows, width, states, sumsBatches, threads } = form;
  let end = 0;
  const take = (count: number) => {
    const at = end;
    end += Math.ceil(count / ALIGNMENT) * ALIGNMENT * 4;
    return at;
  };
  const takeEach = (names: number, count: number) => Array.from({ length: names }, () => take(count));
  const tables = takeEach(1 + states, rows * width + OVERHANG);
  const stride = end / tables.length;
  const sums = sumsBatches ? take(rows * width + OVERHANG) : undefined;
  const known = takeEach(4, rows);
  const [squares, lastToken] = [take(2 * rows), take(2 * rows)];
  const progress = take(ALIGNMENT);
  const own = takeEach(threads, KERNEL_NUMBERS + BLOCK + STRETCH * STRETCHES)[thread]!;
  const some = threads > 1 ? takeEach(threads, BLOCK * width + OVERHANG)[thread] : undefined;
  const ofTokens = takeEach(2, tokens);
  const gradient = take(tokens * width);
  const embedded = some ?? take(tokens * width);
  if (thread === 0) memory.reserve(end / 4);
  else memory.refresh();

  const [table, ...state] = tables.map((at) => memory.array(at, rows * width));
  const [lastStep, touched, named, addresses] = known.map((at) => memory.integers(at, rows));
  const [ids, nextToken] = ofTokens.map((at) => memory.integers(at, tokens));
  return {
    table: table!,
    state,
    stride,
    sums: sums === undefined ? undefined : memory.array(sums, rows * width),
    lastStep: lastStep!,
    touched: touched!,
    named: named!,
    gradientAt: new Uint32Array(addresses!.buffer, addresses!.byteOffset, rows),
    squares: new Float64Array(addresses!.buffer, squares, rows),
    lastToken: new Float64Array(addresses!.buffer, lastToken, rows),
    progress: {
      starts: new Float64Array(addresses!.buffer, progress, 2),
      counts: memory.integers(progress + 16, 3),
    },
    numbers: memory.array(own, KERNEL_NUMBERS),
    idleAt: memory.integers(own + 4 * KERNEL_NUMBERS, BLOCK),
    stretches: memory.array(own + 4 * (KERNEL_NUMBERS + BLOCK), STRETCH * STRETCHES),
    ids: ids!,
    nextToken: nextToken!,
    gradient: memory.array(gradient, tokens * width),
    embedded: memory.array(embedded, (some === undefined ? tokens : BLOCK) * width),
  };
}
