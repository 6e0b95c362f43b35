import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import * as z from 'zod';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { replaceFile, writeFully } from './atomic';

/**
 * Weights in the safetensors format (https://huggingface.co/docs/safetensors): the length of
 * the header as 8 bytes, a JSON header, then the numbers, all little-endian as on every
 * machine that ONNX Runtime has binaries for.
 */
export interface Tensor {
  shape: number[];
  data: Float32Array | BigInt64Array | Int32Array;
}

/** 32-bit floats that are made when their turn to be written comes, so that not all of them are in memory at once. */
export interface TensorToMake {
  readonly shape: number[];
  readonly make: () => Float32Array;
}

const elementTypes = {
  F32: { bytes: 4, create: (buffer: ArrayBuffer) => new Float32Array(buffer) },
  I32: { bytes: 4, create: (buffer: ArrayBuffer) => new Int32Array(buffer) },
  I64: { bytes: 8, create: (buffer: ArrayBuffer) => new BigInt64Array(buffer) },
} as const;

type ElementType = keyof typeof elementTypes;

const lengthBytes = 8;
/** What the format's own library accepts; it keeps a broken length from filling the memory. */
const longestHeader = 100_000_000;
/** The operating systems read at most about 2 GiB at once. */
const largestRead = 64 * 1024 * 1024;

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().nonnegative()),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);
const metadataSchema = z.record(z.string(), z.string()).optional();

interface Entry {
  name: string;
  dtype: ElementType;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * Writes tensors (and texts about them) as one file, replaced atomically. The numbers go to
 * the disk straight from the tensors; no second copy of the model is made.
 *
 * @throws HumanError where the disk is full, read-only or not permitted.
 */
export function writeSafetensors(
  path: string,
  tensors: Record<string, Tensor | TensorToMake>,
  metadata?: Record<string, string>,
): void {
  // The widest numbers first, so that each tensor is aligned when the file is mapped into memory.
  const ordered = Object.entries(tensors)
    .map(([name, tensor]) => ({ name, tensor, dtype: elementTypeOf(tensor) }))
    .sort((a, b) => elementTypes[b.dtype].bytes - elementTypes[a.dtype].bytes || (a.name < b.name ? -1 : 1));
  const header: [string, unknown][] = metadata ? [['__metadata__', metadata]] : [];
  let offset = 0;
  for (const { name, tensor, dtype } of ordered) {
    const { shape } = tensor;
    if (name === '__metadata__') throw new Error('A tensor cannot be named __metadata__.');
    if ('data' in tensor) checkSize(name, shape, tensor.data);
    const end = offset + elementTypes[dtype].bytes * product(shape);
    header.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const start = Buffer.alloc(lengthBytes + Math.ceil(json.length / 8) * 8, ' ');
  start.writeBigUInt64LE(BigInt(start.length - lengthBytes));
  json.copy(start, lengthBytes);
  replaceFile(path, (fd) => {
    writeFully(fd, start);
    for (const { name, tensor } of ordered) {
      const data = 'data' in tensor ? tensor.data : tensor.make();
      checkSize(name, tensor.shape, data);
      writeFully(fd, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  });
}

/**
 * Reads a whole file into typed arrays of their own.
 *
 * @throws HumanError where the file is missing, broken or holds other types than F32, I32 and I64.
 */
export function readSafetensors(path: string): {
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
} {
  try {
    const fd = openSync(path, 'r');
    try {
      return readOpen(fd, path);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw fileError('reading', path, error);
  }
}

function readOpen(fd: number, path: string) {
  const fileBytes = fstatSync(fd).size;
  if (fileBytes < lengthBytes) throw broken(path, `it has only ${fileBytes} bytes`);
  const headerBytes = Number(readBuffer(fd, path, 0, lengthBytes).readBigUInt64LE());
  if (headerBytes > Math.min(longestHeader, fileBytes - lengthBytes)) {
    throw broken(path, `its header cannot have ${headerBytes} bytes`);
  }
  const dataStart = lengthBytes + headerBytes;
  const header = readBuffer(fd, path, lengthBytes, headerBytes);
  const { entries, metadata } = parseHeader(header, fileBytes - dataStart, path);
  const tensors = entries.map(({ name, dtype, shape, begin, end }): [string, Tensor] => {
    const bytes = readBuffer(fd, path, dataStart + begin, end - begin);
    return [name, { shape, data: elementTypes[dtype].create(bytes.buffer) }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** The entries in the order of their data, which has to fill `dataBytes` without gap or overlap. */
function parseHeader(header: Uint8Array, dataBytes: number, path: string) {
  const { __metadata__, ...rest } = parseObject(header, path);
  const metadata = metadataSchema.safeParse(__metadata__);
  if (!metadata.success) throw broken(path, 'its metadata has other values than texts');
  const described = headerSchema.safeParse(rest);
  if (!described.success) {
    const issue = described.error.issues[0];
    throw broken(path, `its header is wrong at ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const entries = Object.entries(described.data)
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]): Entry => {
        if (!isElementType(dtype)) throw unknownType(path, name, dtype);
        if (product(shape) * elementTypes[dtype].bytes !== end - begin) {
          throw broken(path, `${name} has ${end - begin} bytes, but the shape [${shape.join(', ')}]`);
        }
        return { name, dtype, shape, begin, end };
      },
    )
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) throw broken(path, `the data of ${name} begins at ${begin}, not at ${covered}`);
    covered = end;
  }
  if (covered !== dataBytes) throw broken(path, `it has ${dataBytes} bytes of data instead of ${covered}`);
  return { entries, metadata: metadata.data ?? {} };
}

function parseObject(header: Uint8Array, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header),
    );
    return z.record(z.string(), z.unknown()).parse(value);
  } catch (error) {
    throw broken(path, 'its header is not a JSON object', error);
  }
}

/** Bytes in an ArrayBuffer of their own, which makes them aligned for any typed array. */
function readBuffer(fd: number, path: string, position: number, length: number) {
  const buffer = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    const read = readSync(fd, buffer, done, Math.min(largestRead, length - done), position + done);
    if (read === 0) throw broken(path, 'it became shorter while it was read');
    done += read;
  }
  return buffer;
}

function checkSize(name: string, shape: number[], { length }: Tensor['data']): void {
  if (product(shape) === length) return;
  throw new Error(`${name} has ${length} numbers, but the shape [${shape.join(', ')}].`);
}

function elementTypeOf(tensor: Tensor | TensorToMake): ElementType {
  if ('make' in tensor || tensor.data instanceof Float32Array) return 'F32';
  return tensor.data instanceof Int32Array ? 'I32' : 'I64';
}

function isElementType(dtype: string): dtype is ElementType {
  return Object.hasOwn(elementTypes, dtype);
}

function product(shape: number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function broken(path: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`This is no whole safetensors file: ${why}.`, {
    place: { file: path },
    hint: 'Train or download it again.',
    cause,
  });
}

function unknownType(path: string, name: string, dtype: string): HumanError {
  return new HumanError(`The tensor ${name} has the type ${dtype}, which cannot be read.`, {
    place: { file: path },
    hint: `Convert it to ${Object.keys(elementTypes).join(', ')}.`,
  });
}
