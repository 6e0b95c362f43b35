import { ByteWriter, type Room } from './byte-writer';
import { ByteReader, type Bytes, lengthOf } from './bytes';
import { Growing } from './growing';

/** Lists of 32-bit numbers one after the other. */
export interface PackedLists {
  readonly bytes: Bytes;
  /** `[lists + 1]`: list i goes from the number `starts[i]` to before `starts[i + 1]`. */
  readonly starts: Float64Array;
}

const BYTES = Int32Array.BYTES_PER_ELEMENT;

/** Collects lists of numbers, which need not fit into memory. */
export class ListWriter {
  private readonly writer: ByteWriter;
  private readonly starts = new Growing((length) => new Float64Array(length));

  constructor(room: Room) {
    this.writer = new ByteWriter(room);
    this.starts.push(0);
  }

  /** Adds several lists: their numbers one after the other, and how many each has. */
  add(numbers: Int32Array, lengths: ArrayLike<number>): void {
    let end = this.starts.at(this.starts.length - 1);
    for (let i = 0; i < lengths.length; i++) {
      end += lengths[i]!;
      this.starts.push(end);
    }
    this.writer.addInts(numbers);
  }

  finish(): PackedLists {
    return { bytes: this.writer.finish(), starts: this.starts.copy() };
  }
}

/** Reads packed lists of numbers, in any order. */
export class IntLists {
  readonly length: number;
  private readonly reader: ByteReader;

  constructor(readonly packed: PackedLists) {
    this.length = packed.starts.length - 1;
    this.reader = new ByteReader(packed.bytes);
  }

  get(index: number): Int32Array {
    const { starts } = this.packed;
    return this.reader.ints(starts[index]! * BYTES, starts[index + 1]! * BYTES);
  }

  /** How many numbers there are in all lists. */
  get total(): number {
    return this.packed.starts[this.length]!;
  }

  /** Whether each list is where it is said to be; in memory, also whether its numbers are from 0 to before `limit`. */
  isWhole(limit: number): boolean {
    const { starts, bytes } = this.packed;
    if (starts[0] !== 0 || this.total * BYTES !== lengthOf(bytes)) return false;
    for (let i = 0; i < this.length; i++) if (!(starts[i]! <= starts[i + 1]!)) return false;
    if ('fd' in bytes) return true;
    return this.reader.ints(0, this.total * BYTES).every((number) => number >= 0 && number < limit);
  }

  /** Lists `from` to before `to`: their numbers one after the other, and how many each has. */
  span(from: number, to: number): { numbers: Int32Array; sizes: Uint32Array } {
    const { starts } = this.packed;
    const sizes = Uint32Array.from({ length: to - from }, (_, i) => this.sizeOf(from + i));
    return { numbers: this.reader.ints(starts[from]! * BYTES, starts[to]! * BYTES), sizes };
  }

  /** Makes room for others: these lists are not needed any more. */
  release(room: Room): void {
    const { bytes } = this.packed;
    if ('memory' in bytes) room.giveBack(bytes.memory.byteLength);
  }

  sizeOf(index: number): number {
    const { starts } = this.packed;
    return starts[index + 1]! - starts[index]!;
  }
}
