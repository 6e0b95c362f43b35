import { writeSync } from 'node:fs';
import { fileError } from '../protocol/file-error';
import type { Bytes } from './bytes';
import { closeLater, openTemporary } from './temporary-file';

/** Where bytes go: as long as there is room into memory. */
export class Room {
  /**
   * @param memory how many bytes stay in memory, of all that is written together
   * @param folder of the files that take the others
   */
  constructor(
    private memory: number,
    readonly folder: string,
  ) {}

  /** Whether so many further bytes may stay in memory; they are counted then. */
  take(bytes: number): boolean {
    if (bytes > this.memory) return false;
    this.memory -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.memory += bytes;
  }
}

const CHUNK = 1 << 20;

interface OpenFile {
  /** Its length is set at the end. */
  readonly bytes: { readonly fd: number; readonly start: number; length: number };
  readonly path: string;
}

/** Collects bytes one after the other: in memory, and once they are too many for it, in a file that has no name. */
export class ByteWriter {
  /** Bytes so far. */
  length = 0;
  private readonly full: Buffer[] = [];
  private chunk = Buffer.allocUnsafe(CHUNK);
  private used = 0;
  private file: OpenFile | undefined;

  constructor(private readonly room: Room) {}

  /** Adds a text as UTF-8. Halves of surrogate pairs, which UTF-8 cannot tell, become U+FFFD. */
  addText(text: string): void {
    const most = 3 * text.length;
    if (most > CHUNK - this.used) this.flush();
    if (most > CHUNK) {
      this.add(Buffer.from(text));
      return;
    }
    this.advance(this.chunk.write(text, this.used));
  }

  add(bytes: Uint8Array): void {
    if (bytes.byteLength > CHUNK - this.used) this.flush();
    if (bytes.byteLength <= CHUNK) {
      this.chunk.set(bytes, this.used);
      this.advance(bytes.byteLength);
      return;
    }
    this.length += bytes.byteLength;
    this.put(Buffer.from(bytes));
  }

  addInts(numbers: Int32Array): void {
    this.add(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }

  /** @returns what was collected; a file is closed when nobody has the object any more */
  finish(): Bytes {
    this.flush();
    const { file, full, length } = this;
    if (file) {
      file.bytes.length = length;
      return file.bytes;
    }
    const memory = new SharedArrayBuffer(length);
    const all = Buffer.from(memory);
    let at = 0;
    for (const chunk of full) at += chunk.copy(all, at);
    return { memory };
  }

  private advance(count: number): void {
    this.used += count;
    this.length += count;
  }

  private flush(): void {
    if (this.used === 0) return;
    const written = this.chunk.subarray(0, this.used);
    this.used = 0;
    // What a file has taken can be written over.
    const isFree = this.file !== undefined;
    this.put(written);
    if (!isFree) this.chunk = Buffer.allocUnsafe(CHUNK);
  }

  /** A writer that is never finished, where reading failed or was ended, gives its file back as well. */
  private open(): OpenFile {
    const { fd, path } = openTemporary(this.room.folder);
    return { bytes: closeLater({ fd, start: 0, length: 0 }), path };
  }

  private put(bytes: Buffer): void {
    if (!this.file && this.room.take(bytes.length)) {
      this.full.push(bytes);
      return;
    }
    this.file ??= this.open();
    const kept = this.full.splice(0);
    this.room.giveBack(kept.reduce((sum, { length }) => sum + length, 0));
    try {
      for (const part of [...kept, bytes]) writeAll(this.file.bytes.fd, part);
    } catch (error) {
      throw fileError('writing', this.file.path, error);
    }
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
}
