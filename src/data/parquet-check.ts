/**
 * What hyparquet takes for granted of a column's pages: that their runs of equal values are no longer than the page, and
 * that sizes are sizes. One flipped bit in the length of a run would have it fill the memory with two thousand million
 * values. The formats are those of https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
import type { ColumnMetaData, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { compressors } from 'hyparquet-compressors';

/** More values than that are in no page, and a page is no larger (bytes). */
const mostValues = 1 << 27;
const largestPage = 1 << 30;

/** What a page says of itself, of either version. */
interface PageFacts {
  values: number;
  encoding: string | undefined;
  /** Whether the column holds truth values, which have runs of their own. */
  isBoolean: boolean;
  /** Bits of each level; 0 where the column has none. */
  repetitionBits: number;
  definitionBits: number;
}

/**
 * Looks at the pages of a column in a group of rows.
 *
 * @param bytes of the column in that group
 * @throws Error for what the library would stumble over without end
 */
export function checkPages(
  bytes: ArrayBuffer,
  { codec, type, num_values }: ColumnMetaData,
  path: SchemaTree[],
): void {
  const reader = { view: new DataView(bytes), offset: 0 };
  let left = Number(num_values);
  requireUpTo(left, mostValues * 64, 'values of a column');
  while (left > 0 && reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: size } = header;
    requireUpTo(packed, bytes.byteLength - reader.offset, 'bytes of a page');
    requireUpTo(size, largestPage, 'bytes of an unpacked page');
    const page = new Uint8Array(bytes, reader.offset, packed);
    reader.offset += packed;
    if (header.dictionary_page_header) {
      requireUpTo(header.dictionary_page_header.num_values, size * 8, 'values of a dictionary');
    }
    const { data_page_header: first, data_page_header_v2: second } = header;
    const data = header.type === 'DATA_PAGE' ? first : header.type === 'DATA_PAGE_V2' ? second : undefined;
    if (!data) continue;
    requireUpTo(data.num_values, Math.min(left, mostValues), 'values of a page');
    left -= data.num_values;
    const facts: PageFacts = {
      values: data.num_values,
      encoding: data.encoding,
      isBoolean: type === 'BOOLEAN',
      repetitionBits: bitsOf(getMaxRepetitionLevel(path)),
      definitionBits: bitsOf(getMaxDefinitionLevel(path)),
    };
    if (data === first) checkFirst(decompressPage(page, size, codec, compressors), facts);
    else if (second) {
      const levels = second.repetition_levels_byte_length + second.definition_levels_byte_length;
      requireUpTo(second.num_nulls, second.num_values, 'nulls of a page');
      requireUpTo(second.repetition_levels_byte_length, packed, 'bytes of levels');
      requireUpTo(levels, packed, 'bytes of levels');
      checkRuns(page, 0, facts.repetitionBits, facts.values);
      checkRuns(page, second.repetition_levels_byte_length, facts.definitionBits, facts.values);
      const rest = page.subarray(levels);
      const plain = second.is_compressed ? decompressPage(rest, size - levels, codec, compressors) : rest;
      checkValues(plain, 0, facts);
    }
  }
}

/** In a page of the first version everything is packed together, each kind of levels after its length. */
function checkFirst(page: Uint8Array, facts: PageFacts): void {
  let offset = 0;
  for (const bits of [facts.repetitionBits, facts.definitionBits]) {
    if (bits === 0) continue;
    checkRuns(page, offset + 4, bits, facts.values);
    offset += 4 + uint32(page, offset);
  }
  checkValues(page, offset, facts);
}

function checkValues(page: Uint8Array, offset: number, facts: PageFacts): void {
  if (!facts.encoding?.endsWith('_DICTIONARY') && facts.encoding !== 'RLE') return;
  // Where all values are null, there may be nothing at all.
  if (offset >= page.length) return;
  if (facts.isBoolean) checkRuns(page, offset + 4, 1, facts.values);
  else checkRuns(page, offset + 1, requireUpTo(page[offset]!, 32, 'bits of an index'), facts.values);
}

/** Runs of one value, or of values of so many bits, until there are enough or the bytes end. */
function checkRuns(bytes: Uint8Array, start: number, bits: number, values: number): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: start };
  if (bits === 0) return;
  for (let seen = 0; seen < values && reader.offset < bytes.length; ) {
    const header = readVarInt(reader);
    const isPacked = (header & 1) === 1;
    const count = isPacked ? (header >>> 1) * 8 : header >>> 1;
    // Packed values come by eights, the last of which may be none.
    requireUpTo(count, isPacked ? values - seen + 511 : values - seen, 'values of a run');
    reader.offset += isPacked ? (count * bits) / 8 : Math.ceil(bits / 8);
    seen += count;
  }
}

function requireUpTo(value: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Error(`${value} ${what}, where ${most} are the most`);
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true);
}

/** Bits that hold a level up to the largest. */
function bitsOf(largest: number): number {
  return 32 - Math.clz32(largest);
}
