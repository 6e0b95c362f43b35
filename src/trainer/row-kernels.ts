import type { RowKernels } from '../nn/optimizers/optimizer';
import { HumanError } from '../protocol/human-error';
import { rowsWasm } from './rows-wasm';

// Of the lib "DOM", which has the types of all this, nothing else exists here.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** The loops over a row (see rows.wat) and the memory that they work in. */
interface Exports extends RowKernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  /** Copies the rows of these numbers (32-bit integers), `bytes` each, one after the other; of at least one. */
  gather(ids: number, count: number, table: number, bytes: number, to: number): void;
  add(to: number, from: number, count: number): void;
  squares(row: number, count: number): number;
  /** Brings every number to between -limit and limit. */
  clip(row: number, count: number, limit: number): void;
}

const PAGE = 65536;
/** How many numbers beyond the end of a row the kernels read and write back. */
export const OVERHANG = 3;

const module = new WebAssembly.Module(Buffer.from(rowsWasm, 'base64'));

export interface MemoryContent {
  readonly what: string;
  readonly hint: string;
}

const wordVectors: MemoryContent = {
  what: 'the word vectors',
  hint: 'Lower "maxVocabulary" in the tokenizer section, or take shorter word vectors.',
};

/** Memory for float32 numbers, and the kernels that compute in it. Addresses count bytes. */
export class RowMemory {
  /** For whoever runs out of it: what the numbers are, and how to have fewer. */
  constructor(private readonly content: MemoryContent = wordVectors) {}

  readonly kernels = new WebAssembly.Instance(module).exports as Exports;

  /**
   * Makes room for `count` numbers, zero at the start. Arrays over the memory lose it if it grows.
   *
   * @throws HumanError beyond 4 GB, which is all that 32-bit addresses reach
   */
  reserve(count: number): void {
    const { memory } = this.kernels;
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

  /** `count` 32-bit integers from `address` on. */
  integers(address: number, count: number): Int32Array {
    return new Int32Array(this.kernels.memory.buffer, address, count);
  }

  /** `count` numbers from `address` on. */
  array(address: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.kernels.memory.buffer, address, count);
  }
}
