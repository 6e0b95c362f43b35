import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { listNames } from '../protocol/did-you-mean';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import type { Reading } from './bytes';
import { classFolders, textFiles } from './class-folders';
import { decodeWhole } from './encoding';
import { byCodeUnits } from './labels';
import { longestRecordBytes, type RecordReader } from './record-reader';
import type { RowProblems } from './row-problems';

/** After so many files, others get their turn: that a reading is to end is heard then. */
const blockFiles = 64;

/**
 * A reader of a folder with one folder a class, each text a file of its own: `pos/0_9.txt`. Classes and files are
 * sorted by their names. Files beside the classes' folders and hidden files are no texts; a folder inside of a class is
 * a mistake.
 *
 * @param labels the classes to read, all of them by default; other folders are left out then. Without it a folder whose
 *   name says that its texts have no class (aclImdb's `unsup`) is refused: it would become a class in silence
 */
export function folderReader(labels?: readonly string[]): RecordReader {
  return async ({ file: folder }, reading, columns, problems, onRecord) => {
    const several = columns.at(-1)!.mayBeList;
    const found = await classFolders(folder);
    if (!labels && found.unlabelled.length > 0) throw unlabelledFolder(folder, found);
    const wanted = [...found.classes, ...found.unlabelled].sort(byCodeUnits);
    const classes = labels ? wanted.filter((name) => labels.includes(name)) : wanted;
    if (classes.length === 0) throw noneWanted(folder, wanted, labels!);
    for (const [index, label] of classes.entries()) {
      const all = await textFiles(join(folder, label), folder);
      const files = reading.mostRows ? all.slice(0, Math.ceil(reading.mostRows / classes.length)) : all;
      for (const [number, file] of files.entries()) {
        if (number % blockFiles === 0) {
          await setImmediate();
          reading.signal?.throwIfAborted();
          reading.progress?.((index + number / files.length) / classes.length);
        }
        reading.observe?.(file, Buffer.from(`${label}/${basename(file)}\n`));
        const text = take(file, await readText(file), reading, problems);
        if (text === undefined) continue;
        const waiting = onRecord(1, [text, several ? [label] : label], file);
        if (waiting) await waiting;
      }
    }
  };
}

/**
 * A text that is a file of its own.
 *
 * @throws HumanError for a file that cannot be read, or is no text
 */
export async function readTextFile(file: string): Promise<string> {
  const { text, error } = await readText(file);
  if (text === undefined) throw error;
  return text;
}

interface ReadText {
  bytes?: Buffer;
  text?: string;
  error?: HumanError;
}

/** A file that cannot be read is a row that cannot: the others can. */
function take(file: string, read: ReadText, reading: Reading, problems: RowProblems): string | undefined {
  if (read.bytes) reading.observe?.(file, read.bytes);
  if (!read.error) return read.text;
  const { message, hint = '', place } = read.error;
  problems.add({
    file,
    line: place?.line ?? 1,
    ...(place?.column ? { column: place.column } : {}),
    message,
    hint,
  });
  return undefined;
}

/**
 * At once, without a pool of threads: of many small files, that is several times as fast.
 *
 * @throws what is no mistake that a person can mend
 */
async function readText(file: string): Promise<ReadText> {
  let bytes: Buffer | undefined;
  try {
    const found = statSync(file);
    if (!found.isFile()) throw new HumanError('this is no file', { place: { file }, hint: 'Move it away.' });
    const { size } = found;
    if (size > longestRecordBytes) throw tooLong(file);
    bytes = readFileSync(file);
    return { bytes, text: await decodeWhole(file, file.endsWith('.gz') ? unpackWhole(file, bytes) : bytes) };
  } catch (thrown) {
    const error = fileError('reading', file, thrown);
    if (!(error instanceof HumanError)) throw error;
    return { ...(bytes ? { bytes } : {}), error };
  }
}

function unpackWhole(file: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: longestRecordBytes });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(file);
    throw new HumanError('this gzip archive is damaged', {
      place: { file },
      hint: 'Copy or download it again.',
      cause,
    });
  }
}

function tooLong(file: string): HumanError {
  return new HumanError(`this text is longer than ${longestRecordBytes >> 20} MiB`, {
    place: { file },
    hint: 'In a folder with one folder a class, each file is one text.',
  });
}

function noneWanted(folder: string, found: readonly string[], labels: readonly string[]): HumanError {
  return new HumanError(`none of this folder's classes is in data.labels (${listNames(labels)})`, {
    place: { file: folder },
    hint: `Its folders are: ${listNames(found)}.`,
  });
}

function unlabelledFolder(
  folder: string,
  { classes, unlabelled }: Awaited<ReturnType<typeof classFolders>>,
): HumanError {
  return new HumanError(
    `${listNames(unlabelled)} would be ${unlabelled.length === 1 ? 'a class' : 'classes'}, but it sounds like texts without one`,
    {
      place: { file: folder },
      hint: `Say which folders are classes: "labels": [${classes.map((name) => JSON.stringify(name)).join(', ')}]. The others are left out then.`,
    },
  );
}
