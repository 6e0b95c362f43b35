import * as z from 'zod';
import { HumanError } from '../protocol/human-error';

/** Where a tensor's numbers stand, in bytes after the header. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

/** The format's types, but those of less than a byte. */
const bytesOf: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1 },
  ...{ U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
};

const entriesSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().nonnegative()),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);
const metadataSchema = z.record(z.string(), z.string()).optional();

/**
 * The entries in the order of their data, which has to fill `dataBytes` without gap or overlap.
 *
 * @throws HumanError where the header is no such description
 */
export function parseSafetensorsHeader(header: Uint8Array, dataBytes: number, path: string) {
  const { __metadata__, ...rest } = parseObject(header, path);
  const metadata = metadataSchema.safeParse(__metadata__);
  if (!metadata.success) throw brokenSafetensors(path, 'its metadata has other values than texts');
  const described = entriesSchema.safeParse(rest);
  if (!described.success) {
    const issue = described.error.issues[0];
    throw brokenSafetensors(path, `its header is wrong at ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const entries = Object.entries(described.data)
    .map(([name, { dtype, shape, data_offsets }]): SafetensorsEntry => {
      const [begin, end] = data_offsets;
      if (!Object.hasOwn(bytesOf, dtype)) throw unreadableType(path, name, dtype);
      if (product(shape) * bytesOf[dtype]! !== end - begin) {
        const why = `${name} has ${end - begin} bytes, but the shape [${shape.join(', ')}]`;
        throw brokenSafetensors(path, why);
      }
      return { name, dtype, shape, begin, end };
    })
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      throw brokenSafetensors(path, `the data of ${name} begins at ${begin}, not at ${covered}`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw brokenSafetensors(path, `it has ${dataBytes} bytes of data instead of ${covered}`);
  }
  return { entries, metadata: metadata.data ?? {} };
}

function parseObject(header: Uint8Array, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header),
    );
    return z.record(z.string(), z.unknown()).parse(value);
  } catch (error) {
    throw brokenSafetensors(path, 'its header is not a JSON object', error);
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

export function brokenSafetensors(path: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`This is no whole safetensors file: ${why}.`, {
    place: { file: path },
    hint: 'Train or download it again.',
    cause,
  });
}

/** `readable`: the types that whoever reads it can do with. */
export function unreadableType(
  path: string,
  name: string,
  dtype: string,
  readable = Object.keys(bytesOf),
): HumanError {
  return new HumanError(`The tensor ${name} has the type ${dtype}, which cannot be read.`, {
    place: { file: path },
    hint: `Convert it to ${readable.join(', ')}.`,
  });
}
