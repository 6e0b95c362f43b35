import { formatOfName } from '../protocol/data-formats';
import { HumanError } from '../protocol/human-error';
import { readUtf8 } from './encoding';
import { describeFileError } from './file-problem';
import { readLines } from './lines';
import { readParquet } from './parquet';

/** Longer lines are cut: they are here to be looked at (characters). */
const longestLine = 20_000;

/**
 * Rows of a file that no editor can show, one a line: of Parquet as JSON, of what is gzipped the unpacked lines.
 * Only what they need of the file is kept in memory.
 *
 * @param from the first row or line, from 1
 * @param to the first one after them
 * @throws HumanError where the file is neither, or cannot be read
 */
export async function packedRows(file: string, from: number, to: number, signal?: AbortSignal) {
  const { format, gzipped } = formatOfName(file);
  try {
    if (format === 'parquet') return await parquetRows(file, from, to, signal);
    if (gzipped) return await unpackedLines(file, from, to, signal);
  } catch (error) {
    if (signal?.aborted || error instanceof HumanError) throw error;
    if ((error as NodeJS.ErrnoException).syscall) throw await describeFileError(file, error);
    throw new HumanError(`this file cannot be unpacked: ${(error as Error).message}`, {
      place: { file },
      hint: 'It may be damaged, or not what its extension says.',
      cause: error,
    });
  }
  throw new HumanError('this file is not packed: any editor shows it', { place: { file } });
}

async function parquetRows(file: string, from: number, to: number, signal?: AbortSignal): Promise<string> {
  let columns: readonly string[] = [];
  let text = '';
  const all = (names: readonly string[]) => {
    columns = names;
    return names;
  };
  await readParquet(file, { firstRow: from, mostRows: to - 1, signal }, all, (_, values) => {
    const fields = values.map((value, i) => [
      columns[i]!,
      'problem' in value ? `(${value.problem.message})` : value.value,
    ]);
    text += `${short(JSON.stringify(Object.fromEntries(fields), plainValue))}\n`;
  });
  return text;
}

/** What JSON has no word for. */
function plainValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value instanceof Uint8Array ? `(${value.length} bytes)` : value;
}

async function unpackedLines(file: string, from: number, to: number, signal?: AbortSignal): Promise<string> {
  const lines: string[] = [];
  const chunks = readUtf8({ file, gzipped: true }, { signal });
  for await (const { line, text } of readLines(
    file,
    chunks,
    'Unpack it, and look at it with another tool.',
  )) {
    if (line >= to) break;
    if (line >= from) lines.push(short(text.replace(/\r$/, '')));
  }
  return lines.join('\n');
}

function short(line: string): string {
  if (line.length <= longestLine) return line;
  return `${line.slice(0, longestLine).replace(/[\ud800-\udbff]$/, '')}…`;
}
