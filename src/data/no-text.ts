/** Files that are no text, known by how they begin. */
import { HumanError } from '../protocol/human-error';

const kinds: { magic: Buffer; what: string; hint: string }[] = [
  {
    magic: Buffer.from([0x1f, 0x8b]),
    what: 'a gzip archive',
    hint: 'Let its name end in .gz, as in reviews.csv.gz.',
  },
  {
    magic: Buffer.from('PK\x03\x04'),
    what: 'a zip archive or a spreadsheet',
    hint: 'Unpack the archive; save a spreadsheet as CSV (UTF-8).',
  },
  { magic: Buffer.from('PAR1'), what: 'a Parquet file', hint: 'Let its name end in .parquet.' },
  { magic: Buffer.from('BZh'), what: 'a bzip2 archive', hint: 'Unpack it: bunzip2 FILE' },
  {
    magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    what: 'an xz archive',
    hint: 'Unpack it: unxz FILE',
  },
  {
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    what: 'a Zstandard archive',
    hint: 'Unpack it: unzstd FILE',
  },
  { magic: Buffer.from('%PDF-'), what: 'a PDF', hint: 'Copy its text into a CSV or JSON Lines file.' },
  {
    magic: Buffer.from('SQLite format 3\0'),
    what: 'a SQLite database',
    hint: 'Export the table as CSV: sqlite3 -csv -header FILE "SELECT …"',
  },
];

/** @throws HumanError for the beginning of a file that is known to be no text */
export function refuseOtherFiles(file: string, start: Buffer): void {
  for (const { magic, what, hint } of kinds) {
    // A text may begin with letters that some archive begins with; it goes on with text.
    if (start.subarray(0, magic.length).equals(magic) && !isPlainText(start)) {
      throw new HumanError(`this is ${what}, not a text file`, { place: { file }, hint });
    }
  }
}

function isPlainText(start: Buffer): boolean {
  return start.subarray(0, 512).every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
}

/** Text has no zero bytes: they mean UTF-16 or UTF-32 without its mark, or no text at all. */
export function refuseZeros(file: string, encoding: string, start: Buffer): void {
  const isWide = encoding !== 'utf-8';
  if (isWide && !(start[2] === 0 && start[3] === 0)) return;
  const zero = start.indexOf(0);
  if (zero < 0) return;
  const wide = isWide ? undefined : wideEncoding(start);
  throw new HumanError(
    wide === undefined
      ? `this is not a UTF-8 text file: byte ${zero + 1} is zero`
      : `this looks like ${wide} without its byte-order mark: byte ${zero + 1} is zero`,
    {
      place: { file },
      hint:
        wide === undefined
          ? 'Is it UTF-16 or UTF-32, a spreadsheet or an archive? Save or export it as UTF-8 text.'
          : `Save it as UTF-8, or: iconv -f ${wide} -t UTF-8 OLD > NEW`,
    },
  );
}

/** Every second byte of Latin letters in UTF-16 is zero, and three of four in UTF-32. */
function wideEncoding(start: Buffer): string | undefined {
  const sample = start.subarray(0, 1000);
  const share = (from: number, step: number) => {
    const places = Math.floor((sample.length - from + step - 1) / step);
    let zeros = 0;
    for (let i = from; i < sample.length; i += step) if (sample[i] === 0) zeros++;
    return places === 0 ? 0 : zeros / places;
  };
  if (share(2, 4) > 0.9 && share(3, 4) > 0.9) return 'UTF-32LE';
  if (share(0, 4) > 0.9 && share(1, 4) > 0.9) return 'UTF-32BE';
  if (share(1, 2) > 0.4 && share(0, 2) < 0.1) return 'UTF-16LE';
  if (share(0, 2) > 0.4 && share(1, 2) < 0.1) return 'UTF-16BE';
  return undefined;
}
