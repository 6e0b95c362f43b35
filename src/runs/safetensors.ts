import { replaceFile, writeFully } from './atomic';
import { unreadableType } from './safetensors-header';
import { openSafetensors } from './safetensors-reader';

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
  const file = openSafetensors(path);
  try {
    const tensors = [...file.entries.values()].map((entry): [string, Tensor] => {
      const { name, dtype, shape, begin, end } = entry;
      if (!isElementType(dtype)) throw unreadableType(path, name, dtype, Object.keys(elementTypes));
      // A buffer of its own, which is aligned for any typed array.
      const buffer = new ArrayBuffer(end - begin);
      file.read(entry, new Uint8Array(buffer));
      return [name, { shape, data: elementTypes[dtype].create(buffer) }];
    });
    return { tensors: Object.fromEntries(tensors), metadata: file.metadata };
  } finally {
    file.close();
  }
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
