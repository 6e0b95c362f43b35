/** What an executable that runs in a thread of its own and its owner say to each other. */
import type { DType } from '../graph/shape';
import { sizeOf, type Tensor } from './executor';

/** Where a tensor lies in the memory that both share. */
export interface Slot {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The first byte. */
  readonly at: number;
}

export type ToReplica =
  | {
      readonly type: 'open';
      readonly model: Uint8Array;
      /** Has the number of the last run of which all results are in memory, before the reply. */
      readonly done: SharedArrayBuffer;
    }
  | {
      readonly type: 'run';
      readonly run: number;
      readonly memory: SharedArrayBuffer;
      readonly feeds: readonly Slot[];
      /** Where results are to be put; the others come with the reply. */
      readonly into: readonly Slot[];
    }
  /** Of the next run; it has no reply. */
  | { readonly type: 'begin'; readonly task: unknown }
  | { readonly type: 'tell'; readonly message: unknown }
  | { readonly type: 'close' };

export type FromReplica =
  | { readonly type: 'done'; readonly results: Readonly<Record<string, Tensor>> }
  | { readonly type: 'failed'; readonly message: string };

const elements = { float32: Float32Array, int64: BigInt64Array } as const;

/** The numbers of a slot, in place. */
export function view(memory: SharedArrayBuffer | ArrayBuffer, { dtype, shape, at }: Slot): Tensor['data'] {
  return new elements[dtype](memory as ArrayBuffer, at, sizeOf(shape));
}

/** Bytes that a tensor takes, rounded up so that whatever follows it is aligned. */
export function bytesOf(dtype: DType, shape: readonly number[]): number {
  const bytes = elements[dtype].BYTES_PER_ELEMENT * sizeOf(shape);
  return Math.ceil(bytes / 64) * 64;
}

/** Copies numbers between arrays of one type. */
export function copy(from: Tensor['data'], to: Tensor['data']): void {
  (to as Float32Array).set(from as Float32Array);
}
