import { ByteWriter, type Room } from './byte-writer';
import { ByteReader, type Bytes } from './bytes';
import { Growing, shared } from './growing';

/** Texts one after the other as UTF-8, in a form that can be given to another thread. */
export interface PackedTexts {
  readonly bytes: Bytes;
  /** `[texts + 1]`: text i goes from the byte `starts[i]` to before `starts[i + 1]`; shared by threads. */
  readonly starts: Float64Array;
}

/** Collects texts, which need not fit into memory. */
export class TextWriter {
  private readonly writer: ByteWriter;
  private readonly starts = new Growing((length) => new Float64Array(length));

  constructor(room: Room) {
    this.writer = new ByteWriter(room);
    this.starts.push(0);
  }

  add(text: string): void {
    this.writer.addText(text);
    this.starts.push(this.writer.length);
  }

  finish(): PackedTexts {
    return { bytes: this.writer.finish(), starts: shared(this.starts.view()) };
  }
}

/** Reads packed texts, best in their order. */
export class Texts {
  readonly length: number;
  private readonly reader: ByteReader;

  constructor(readonly packed: PackedTexts) {
    this.length = packed.starts.length - 1;
    this.reader = new ByteReader(packed.bytes);
  }

  get(index: number): string {
    const { starts } = this.packed;
    return this.reader.text(starts[index]!, starts[index + 1]!);
  }

  /** In bytes of UTF-8. */
  sizeOf(index: number): number {
    const { starts } = this.packed;
    return starts[index + 1]! - starts[index]!;
  }
}
