import * as z from 'zod';
import type { Dataset } from '../data/rows';
import type { Room } from '../store/byte-writer';
import type { DataCache } from '../store/data-cache';
import { IntLists } from '../store/int-lists';
import type { PackedFile } from '../store/packed-file';

/** All texts of a data set as numbers. */
export interface NumberedData {
  readonly train: IntLists;
  readonly validation: IntLists;
  readonly test: IntLists;
  /** `[training texts]`: how many tokens each one had before it was cut. */
  readonly lengths: Uint32Array;
  /** The vocabulary that the training texts made, in the order of its numbers; of an encoder's none. */
  readonly words: readonly string[];
  readonly seenWords: number;
  /** The numbers are smaller. */
  readonly size: number;
  /** The share of the tokens of validation and test texts that the vocabulary does not have. */
  readonly unknownTokenShare: number;
}

const parts = ['train', 'validation', 'test'] as const;

/** Fewer numbers are made as soon as read. */
const leastNumbers = 1 << 15;

const metaSchema = z.strictObject({
  seenWords: z.int().min(0),
  size: z.int().min(0),
  unknownTokenShare: z.number().min(0).max(1),
});

/**
 * All texts of a data set as numbers: those that were kept of an earlier run, or else what `make` makes of them.
 *
 * @param how all that decides, besides the rows, what becomes of them
 */
export async function keptOr(
  { cache, room }: { cache?: DataCache | undefined; room: Room },
  dataset: Dataset,
  how: readonly unknown[],
  make: () => Promise<NumberedData>,
): Promise<NumberedData> {
  if (!cache) return make();
  const rows = parts.map((part) => dataset[part].length);
  const key = cache.keyOf('numbers', dataset.digest, rows, how);
  const kept = readKeptNumbers(cache, key, dataset, room);
  if (kept) return kept;
  const made = await make();
  keepNumbers(cache, key, made);
  return made;
}

function readKeptNumbers(
  cache: DataCache,
  key: string,
  dataset: Dataset,
  room: Room,
): NumberedData | undefined {
  return cache.read(key, (entry) => {
    const meta = metaSchema.parse(entry.meta);
    const lists = parts.map((part) => readLists(entry, part, room, dataset[part].length, meta.size));
    const [train, validation, test] = lists;
    const joined = entry.text('words');
    const words = joined === '' ? [] : joined.split('\n');
    const lengths = entry.uints('lengths');
    if (!train || !validation || !test || lengths.length !== train.length) return undefined;
    // Each number is a row of a table that has one for each word.
    if (words.length > 0 && words.length !== meta.size) return undefined;
    return { ...meta, ...{ train, validation, test, lengths, words } };
  });
}

function readLists(
  entry: PackedFile,
  part: string,
  room: Room,
  texts: number,
  size: number,
): IntLists | undefined {
  const lists = new IntLists({ bytes: entry.bytes(part, room), starts: entry.doubles(`${part} starts`) });
  return lists.length === texts && lists.isWhole(size) ? lists : undefined;
}

function keepNumbers(cache: DataCache, key: string, data: NumberedData): void {
  const { words, seenWords, size, unknownTokenShare, lengths } = data;
  if (parts.every((part) => data[part].total < leastNumbers)) return;
  const meta: z.infer<typeof metaSchema> = { seenWords, size, unknownTokenShare };
  const lists = parts.flatMap((part) => {
    const { bytes, starts } = data[part].packed;
    return [
      [part, bytes],
      [`${part} starts`, starts],
    ] as const;
  });
  cache.write(key, meta, {
    ...Object.fromEntries(lists),
    lengths,
    words: Buffer.from(words.join('\n'), 'utf16le'),
  });
}
