import { relative, resolve } from 'node:path';
import * as z from 'zod';
import type { Room } from '../store/byte-writer';
import { lengthOf } from '../store/bytes';
import type { DataCache } from '../store/data-cache';
import type { RowColumns } from './row-store';
import type { DataFile } from './sources';

/** Rows of fewer bytes of texts are read as soon as what is kept of them. */
const leastBytes = 1 << 18;

const metaSchema = z.strictObject({
  labelSets: z.array(z.array(z.string())),
  /** The data file that a file belongs to, and its path in that, which only files of a folder have. */
  files: z.array(z.tuple([z.int().min(0), z.string()])),
});

/** The rows that were kept under a key; undefined where there are none. */
export function readKeptRows(
  cache: DataCache,
  key: string,
  files: readonly DataFile[],
  room: Room,
): RowColumns | undefined {
  return cache.read(key, (entry) => {
    const meta = metaSchema.parse(entry.meta);
    const columns: RowColumns = {
      texts: { bytes: entry.bytes('texts', room), starts: entry.doubles('starts') },
      keys: undefined,
      lines: entry.uints('lines'),
      labels: entry.uints('labels'),
      labelSets: meta.labelSets,
      files: meta.files.map(([index, inside]) => resolve(files[index]!.file, inside)),
      fileOf: entry.has('fileOf') ? entry.uints('fileOf') : undefined,
    };
    return isWhole(columns) ? columns : undefined;
  });
}

/** Keeps rows that were all fine. */
export function keepRows(
  cache: DataCache,
  key: string,
  files: readonly DataFile[],
  { texts, lines, labels, labelSets, files: ofRows, fileOf }: RowColumns,
): void {
  if (!texts || lengthOf(texts.bytes) < leastBytes) return;
  const meta: z.infer<typeof metaSchema> = {
    labelSets: labelSets.map((set) => [...set]),
    files: ofRows.map((file) => placeOf(file, files)),
  };
  const { bytes, starts } = texts;
  cache.write(key, meta, { texts: bytes, starts, lines, labels, ...(fileOf ? { fileOf } : {}) });
}

function placeOf(file: string, files: readonly DataFile[]): [index: number, inside: string] {
  const index = files.findIndex((data) => data.file === file || isInside(file, data));
  return [index, relative(files[index]!.file, file)];
}

function isInside(file: string, { file: folder, format }: DataFile): boolean {
  return format === 'folder' && !relative(folder, file).startsWith('..');
}

/** Whether all numbers point to what is there: no number of a file is trusted. */
function isWhole({ texts, lines, labels, labelSets, files, fileOf }: RowColumns): boolean {
  const { bytes, starts } = texts!;
  const rows = lines.length;
  if (labels.length !== rows || starts.length !== rows + 1) return false;
  if (starts[0] !== 0 || starts[rows] !== lengthOf(bytes)) return false;
  for (let row = 0; row < rows; row++) {
    if (!(starts[row]! <= starts[row + 1]!) || labels[row]! >= labelSets.length) return false;
  }
  if (!fileOf) return files.length === 1;
  return fileOf.length === rows && fileOf.every((file) => file < files.length);
}
