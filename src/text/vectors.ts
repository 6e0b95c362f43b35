import { HumanError } from '../protocol/human-error';
import { forEachLine } from './byte-lines';
import { parseDecimal } from './decimal';

export interface VectorsSummary {
  /** Numbers in each vector. */
  size: number;
  /** How many rows got a vector. */
  found: number;
  /** How many vectors the file holds. */
  total: number;
}

const space = 0x20;

/**
 * Reads a text file of word vectors, gzipped or not, as GloVe writes them: on each line a word and its numbers, single spaces
 * between. A first line `count size`, as word2vec and fastText write, is skipped. Words may hold spaces, as
 * a few in GloVe 840B do: the last `size` fields are the numbers. Only the wanted words' numbers are read.
 *
 * @param wanted the row of a word, or undefined for words that aren't needed
 * @param onVector receives each wanted row once (the first of several); the array is valid during the call
 * @throws HumanError with line and column for a line of another length or what is no number
 */
export async function readVectors(
  file: string,
  wanted: (word: string) => number | undefined,
  onVector: (row: number, vector: Float32Array) => void,
): Promise<VectorsSummary> {
  const found = new Set<number>();
  let vector: Float32Array | undefined;
  let total = 0;

  await forEachLine(file, (bytes, start, end, line) => {
    const fields = countSpaces(bytes, start, end) + 1;
    if (!vector) {
      const { size, isHeader } = sizeOf(file, bytes, start, end, line);
      vector = new Float32Array(size);
      if (isHeader) return;
    }
    const wordEnd = findWordEnd(bytes, start, end, fields - vector.length);
    if (wordEnd < 0) throw wrongLength(file, line, fields - 1, vector.length);
    const hasMore = fields - vector.length > 1 && countNumbersAtEnd(bytes, start, wordEnd) > 0;
    if (hasMore) throw wrongLength(file, line, countNumbersAtEnd(bytes, start, end), vector.length);
    total++;
    const row = wanted(bytes.toString('utf8', start, wordEnd));
    if (row === undefined || found.has(row)) return;
    readNumbers(file, line, bytes, start, wordEnd, end, vector);
    found.add(row);
    onVector(row, vector);
  });

  if (!vector || total === 0) throw notVectors(file, 1);
  return { size: (vector as Float32Array).length, found: found.size, total };
}

/**
 * The size of the vectors of a file, from its first line alone.
 *
 * @throws HumanError where the file can't be read or begins as no file of vectors does
 */
export async function readVectorSize(file: string): Promise<number> {
  let size = 0;
  await forEachLine(file, (bytes, start, end, line) => {
    size = sizeOf(file, bytes, start, end, line).size;
    return false;
  });
  if (size === 0) throw notVectors(file, 1);
  return size;
}

/** The size of the vectors as a file's first line has it, a vector or a header. */
function sizeOf(
  file: string,
  bytes: Buffer,
  start: number,
  end: number,
  line: number,
): { size: number; isHeader: boolean } {
  const fields = countSpaces(bytes, start, end) + 1;
  const announced = line === 1 && fields === 2 ? readHeader(bytes, start, end) : undefined;
  const size = announced ?? Math.min(countNumbersAtEnd(bytes, start, end), fields - 1);
  if (size === 0) throw notVectors(file, line);
  return { size, isHeader: announced !== undefined };
}

function countSpaces(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (bytes[i] === space) count++;
  return count;
}

/** The size that a word2vec header `count size` announces, if the line is one. */
function readHeader(bytes: Buffer, start: number, end: number): number | undefined {
  const match = /^\d+ ([1-9]\d{0,4})$/.exec(bytes.toString('latin1', start, end));
  return match ? Number(match[1]) : undefined;
}

/** How many fields at the end of the line are numbers. */
function countNumbersAtEnd(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  let fieldEnd = end;
  while (fieldEnd > start) {
    const fieldStart = Math.max(bytes.lastIndexOf(space, fieldEnd - 1) + 1, start);
    if (Number.isNaN(parseDecimal(bytes, fieldStart, fieldEnd))) break;
    count++;
    fieldEnd = fieldStart - 1;
  }
  return count;
}

/** Where the first `fields` fields end; -1 if there are none. */
function findWordEnd(bytes: Buffer, start: number, end: number, fields: number): number {
  if (fields < 1) return -1;
  let position = start - 1;
  for (let i = 0; i < fields; i++) position = bytes.indexOf(space, position + 1);
  return position < end ? position : -1;
}

function readNumbers(
  file: string,
  line: number,
  bytes: Buffer,
  start: number,
  wordEnd: number,
  end: number,
  into: Float32Array,
): void {
  let from = wordEnd + 1;
  for (let i = 0; i < into.length; i++) {
    let to = from;
    while (to < end && bytes[to] !== space) to++;
    const value = parseDecimal(bytes, from, to);
    if (Number.isNaN(value)) {
      const text = bytes.toString('utf8', from, Math.min(to, from + 40));
      throw new HumanError(`${JSON.stringify(text)} is not a number`, {
        place: { file, line, column: bytes.toString('utf8', start, from).length + 1 },
        hint: `Each line is a word and ${into.length} numbers with single spaces between. Is the file damaged?`,
      });
    }
    into[i] = value;
    from = to + 1;
  }
}

function wrongLength(file: string, line: number, numbers: number, size: number): HumanError {
  return new HumanError(`this line has ${numbers} numbers instead of ${size}`, {
    place: { file, line },
    hint: 'All vectors of a file have the same length. The file may be cut off or damaged: copy it again.',
  });
}

function notVectors(file: string, line: number): HumanError {
  return new HumanError('this is not a text file of word vectors', {
    place: { file, line },
    hint: 'Each line must be a word and its numbers with single spaces between (the format of GloVe, word2vec and fastText).',
  });
}
