import { closeSync, fstatSync, openSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import type { Room } from './byte-writer';
import { ByteReader, type Bytes, lengthOf, readFully } from './bytes';
import { closeLater } from './temporary-file';

/**
 * A file of numbers and bytes: a mark, the length of the header and its checksum (32 bits each, little-endian), the
 * header as JSON, and what it describes, each part at a multiple of 8 bytes.
 */
const MARK = 'TCLFDAT1';
const FIXED = MARK.length + 8;
const mostHeaderBytes = 1 << 28;

const headerSchema = z.strictObject({
  key: z.string(),
  meta: z.unknown(),
  sections: z.record(
    z.string(),
    z.strictObject({ start: z.int().min(0), length: z.int().min(0), checksum: z.int().min(0) }),
  ),
});
type Header = z.infer<typeof headerSchema>;

export type Section = Bytes | ArrayBufferView;

/** @param key what the contents were made of: they are for nothing else */
export async function writePackedFile(
  file: FileHandle,
  key: string,
  meta: unknown,
  sections: Readonly<Record<string, Section>>,
): Promise<void> {
  const entries = Object.entries(sections).map(([name, section]) => ({
    name,
    section,
    length: sizeOfSection(section),
  }));
  const described: Header['sections'] = {};
  let length = 0;
  for (const { name, section, length: bytes } of entries) {
    described[name] = { start: length, length: bytes, checksum: checksumOf(section) };
    length = aligned(length + bytes);
  }
  const header = Buffer.from(JSON.stringify({ key, meta, sections: described } satisfies Header));
  const fixed = Buffer.alloc(FIXED);
  fixed.write(MARK, 'latin1');
  fixed.writeUInt32LE(header.length, MARK.length);
  fixed.writeUInt32LE(crc32(header), MARK.length + 4);
  await write(file, fixed, 0);
  await write(file, header, FIXED);
  const start = aligned(FIXED + header.length);
  for (const { name, section } of entries) {
    let at = start + described[name]!.start;
    for (const part of partsOf(section)) {
      await write(file, part, at);
      at += part.length;
    }
  }
  await file.truncate(start + length);
  await file.sync();
}

/** The contents of a packed file. */
export class PackedFile {
  private constructor(
    private readonly path: string,
    private readonly fd: number,
    private readonly start: number,
    private readonly header: Header,
  ) {}

  /**
   * Opens a file, gives it to `use`, and closes it.
   *
   * @returns undefined where the file is not there, is damaged or holds something else, or where `use` throws
   */
  static read<Result>(path: string, key: string, use: (file: PackedFile) => Result): Result | undefined {
    let fd: number | undefined;
    try {
      fd = openSync(path, 'r');
      const fixed = Buffer.alloc(FIXED);
      readFully(fd, fixed, 0);
      const length = fixed.readUInt32LE(MARK.length);
      if (fixed.toString('latin1', 0, MARK.length) !== MARK || length > mostHeaderBytes) return undefined;
      const json = Buffer.alloc(length);
      readFully(fd, json, FIXED);
      if (crc32(json) !== fixed.readUInt32LE(MARK.length + 4)) return undefined;
      const header = headerSchema.parse(JSON.parse(json.toString('utf8')));
      const start = aligned(FIXED + length);
      const end = Object.values(header.sections).reduce(
        (most, one) => Math.max(most, one.start + one.length),
        0,
      );
      if (header.key !== key || fstatSync(fd).size !== start + aligned(end)) return undefined;
      return use(new PackedFile(path, fd, start, header));
    } catch {
      // What is kept only saves time: whatever is wrong with it, it is made anew.
      return undefined;
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  get meta(): unknown {
    return this.header.meta;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.header.sections, name);
  }

  ints(name: string): Int32Array {
    return new Int32Array(this.memory(name, (length) => new ArrayBuffer(length)));
  }

  uints(name: string): Uint32Array {
    return new Uint32Array(this.memory(name, (length) => new ArrayBuffer(length)));
  }

  /** In memory that threads share. */
  doubles(name: string): Float64Array {
    return new Float64Array(this.memory(name, (length) => new SharedArrayBuffer(length)));
  }

  text(name: string): string {
    return Buffer.from(this.memory(name, (length) => new ArrayBuffer(length))).toString('utf16le');
  }

  /** Bytes where there is room for them: in memory, or in the file. */
  bytes(name: string, room: Room): Bytes {
    const { start, length, checksum } = this.section(name);
    if (room.take(length)) return { memory: this.memory(name, (size) => new SharedArrayBuffer(size)) };
    const bytes = closeLater({ fd: openSync(this.path, 'r'), start: this.start + start, length });
    if (checksumOf(bytes) !== checksum) throw new Error(`${name} is damaged`);
    return bytes;
  }

  private memory<Memory extends ArrayBuffer | SharedArrayBuffer>(
    name: string,
    make: (length: number) => Memory,
  ): Memory {
    const { start, length, checksum } = this.section(name);
    const memory = make(length);
    const all = new Uint8Array(memory);
    readFully(this.fd, all, this.start + start);
    if (crc32(all) !== checksum) throw new Error(`${name} is damaged`);
    return memory;
  }

  private section(name: string): Header['sections'][string] {
    if (!this.has(name)) throw new Error(`there is no ${name}`);
    return this.header.sections[name]!;
  }
}

export function sizeOfSection(section: Section): number {
  return ArrayBuffer.isView(section) ? section.byteLength : lengthOf(section);
}

function checksumOf(section: Section): number {
  let checksum = 0;
  for (const part of partsOf(section)) checksum = crc32(part, checksum);
  return checksum;
}

const partBytes = 1 << 22;

/** The bytes of a section, so many at a time. */
function* partsOf(section: Section): Generator<Buffer> {
  const length = sizeOfSection(section);
  const reader = ArrayBuffer.isView(section) ? undefined : new ByteReader(section);
  for (let start = 0; start < length; start += partBytes) {
    const end = Math.min(start + partBytes, length);
    if (reader) yield reader.part(start, end);
    else {
      const { buffer, byteOffset } = section as ArrayBufferView;
      yield Buffer.from(buffer as ArrayBuffer, byteOffset + start, end - start);
    }
  }
}

function aligned(length: number): number {
  return Math.ceil(length / 8) * 8;
}

async function write(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
