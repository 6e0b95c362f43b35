import type { IdleKernel, StepKernel } from '../nn/optimizers/optimizer';
import { HumanError } from '../protocol/human-error';
import { rowsWasm, sharedRowsWasm } from './rows-wasm';

// Of the lib "DOM", which has the types of all this, nothing else exists here.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (form: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
};

/** WebAssembly's memory; one that is shared can be sent to another thread. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): void;
}

/** The optimizers' kernels, in the order of rows.wat's table. */
const kernelTable: readonly (StepKernel | IdleKernel)[] = [
  ...(['adam', 'scaledGradient', 'rmsprop', 'sgd', 'momentum'] as const),
  ...(['adamIdle', 'momentumIdle'] as const),
];

/** What rows.wat calls a kernel; 0 where there is none to call. */
export function kernelNumber(name: StepKernel | IdleKernel | undefined): number {
  return name === undefined ? 0 : kernelTable.indexOf(name);
}

/** Numbers that a kernel computes with besides parameter, state and gradient, at most. */
export const KERNEL_NUMBERS = 16;

/** The loops over rows: see rows.wat. Addresses and strides count bytes, numbers are 32-bit integers or float32. */
interface Exports {
  /** One step of an optimizer for `count` numbers from `p` on; its state is `stride` behind it, one tensor after the other. */
  step(kernel: number, p: number, stride: number, g: number, count: number, numbers: number): void;
  /**
   * One step for each of these rows, at least one, of `width` numbers, behind the idle steps that `idle` lists an address
   * for: keep, moved, epsilon, then a factor for each tensor of the state. 0 where there are none.
   */
  stepRows(
    ...args: [
      ...[kernel: number, idleKernel: number, rows: number, idle: number, count: number],
      ...[width: number, stride: number, states: number, gradientAt: number, numbers: number],
    ]
  ): void;
  /** Makes up for the idle steps at `idle`: see stepRows. */
  catchUp(kernel: number, p: number, stride: number, states: number, count: number, idle: number): void;
  /** Copies the rows, at least one, one after the other, each as if it had caught up with its idle steps: see stepRows. */
  readRows(
    ...args: [
      ...[idleKernel: number, rows: number, idle: number, count: number],
      ...[width: number, stride: number, states: number, to: number],
    ]
  ): void;
  /**
   * Loads some of each cache line of the rows of these numbers (32-bit integers), `bytes` each, at least one, out of
   * tables of which the first is at address 0 and each other `stride` bytes after the one before.
   */
  touch(rows: number, count: number, bytes: number, tables: number, stride: number): void;
  add(to: number, from: number, count: number): void;
  squares(row: number, count: number): number;
  /**
   * Sums up the gradients of the rows that `named` lists, `rows` of them and at least one, each `count` numbers, and
   * writes the sum of the squares of each. All but the counts are addresses: see RowSpace.
   */
  sum(
    ...args: [
      ...[named: number, rows: number, ids: number, nextToken: number, squares: number],
      /** `sums`: 0 where there are none, and all is summed up where the batch names the row first. */
      ...[gradient: number, count: number, sums: number],
    ]
  ): void;
  /** Brings every number to between -limit and limit. */
  clip(row: number, count: number, limit: number): void;
}

const PAGE = 65536;
/** All that 32-bit addresses reach: 4 GB. What is not used of it takes no room. */
const MOST_PAGES = 65536;
/** How many numbers beyond the end of a row the kernels read and write back. */
export const OVERHANG = 3;

const compile = (bytes: string) => new WebAssembly.Module(Buffer.from(bytes, 'base64'));
const own = compile(rowsWasm);
const shared = compile(sharedRowsWasm);

export interface MemoryContent {
  readonly what: string;
  readonly hint: string;
}

const wordVectors: MemoryContent = {
  what: 'the word vectors',
  hint: 'Lower "maxVocabulary" in the tokenizer section, or take shorter word vectors.',
};

/** A memory that other threads may be given; onnxruntime takes none of it. */
export function sharedMemory(): WasmMemory {
  return new WebAssembly.Memory({ initial: 0, maximum: MOST_PAGES, shared: true });
}

/** Memory for float32 numbers, and the kernels that compute in it. Addresses count bytes. */
export class RowMemory {
  readonly kernels: Exports;

  constructor(
    /** For whoever runs out of it: what the numbers are, and how to have fewer. */
    private readonly content: MemoryContent = wordVectors,
    private readonly memory = new WebAssembly.Memory({ initial: 0, maximum: MOST_PAGES, shared: false }),
  ) {
    const module = memory.buffer instanceof SharedArrayBuffer ? shared : own;
    this.kernels = new WebAssembly.Instance(module, { rows: { memory } }).exports as Exports;
  }

  /**
   * Makes room for `count` numbers, zero at the start. Arrays over the memory lose it if it grows.
   *
   * @throws HumanError beyond 4 GB, which is all that 32-bit addresses reach
   */
  reserve(count: number): void {
    const { memory } = this;
    const missing = 4 * (count + OVERHANG) - memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      memory.grow(Math.ceil(missing / PAGE));
    } catch (cause) {
      throw new HumanError(
        `${this.content.what} and what the optimizer keeps of them do not fit into memory`,
        {
          hint: this.content.hint,
          cause,
        },
      );
    }
  }

  /** Sees the room that another thread made. */
  refresh(): void {
    this.memory.grow(0);
  }

  /** `count` 32-bit integers from `address` on. */
  integers(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }

  /** `count` numbers from `address` on. */
  array(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }
}
