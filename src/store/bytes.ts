import { readSync } from 'node:fs';

/** Bytes that any thread of this process can read: in memory that all share, or a part of an open file. */
export type Bytes =
  | { readonly memory: SharedArrayBuffer }
  | { readonly fd: number; readonly start: number; readonly length: number };

export function lengthOf(bytes: Bytes): number {
  return 'memory' in bytes ? bytes.memory.byteLength : bytes.length;
}

/** So much is read ahead of whoever reads a file from its beginning on. */
const AHEAD = 1 << 18;

/** Reads parts of bytes, in any order; in rising order a file is read in large pieces. */
export class ByteReader {
  private readonly all: Buffer | undefined;
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;
  /** Where the part that was read last ends. */
  private last = 0;

  constructor(private readonly bytes: Bytes) {
    this.all = 'memory' in bytes ? Buffer.from(bytes.memory) : undefined;
  }

  /** The text of a part that is UTF-8. */
  text(start: number, end: number): string {
    return this.part(start, end).toString('utf8');
  }

  /** A part that is numbers of 32 bits. */
  ints(start: number, end: number): Int32Array {
    const part = this.part(start, end);
    return new Int32Array(part.buffer, part.byteOffset, part.length / Int32Array.BYTES_PER_ELEMENT);
  }

  /** Bytes as they are. */
  part(start: number, end: number): Buffer {
    if (this.all) return this.all.subarray(start, end);
    const { windowStart, window } = this;
    if (start < windowStart || end > windowStart + window.length) this.move(start, end);
    this.last = end;
    return this.window.subarray(start - this.windowStart, end - this.windowStart);
  }

  private move(start: number, end: number): void {
    const { bytes } = this;
    if ('memory' in bytes) return;
    const isInOrder = start >= this.last && start - this.last < AHEAD;
    const length = Math.min(isInOrder ? Math.max(end - start, AHEAD) : end - start, bytes.length - start);
    const window = Buffer.from(new ArrayBuffer(length));
    readFully(bytes.fd, window, bytes.start + start);
    // A new one each time: what was given out before stays as it is.
    this.window = window;
    this.windowStart = start;
  }
}

/** @throws Error where the file ends before the buffer is full */
export function readFully(fd: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.byteLength; ) {
    const count = readSync(fd, into, done, into.byteLength - done, position + done);
    if (count === 0) throw new Error('a file of kept data has become shorter');
    done += count;
  }
}
