import { analyse } from 'chardet';

/** How many bytes around the first one that is not UTF-8 are looked at. */
const sampleBytes = 1 << 16;

const advice = 'In VS Code: "Reopen with Encoding", then "Save with Encoding" and UTF-8.';

/**
 * What to do about bytes that are not UTF-8: the encoding that they seem to be in, and how to convert it.
 *
 * @param bytes what surrounds the first one, which is at `bad`
 */
export function suggestEncoding(bytes: Buffer, bad: number): string {
  const name = looksWestern(bytes.subarray(bad)) ?? guess(bytes, bad);
  if (name === undefined)
    return `Convert the file to UTF-8 from the encoding that it was saved in. ${advice}`;
  const { title = name, iconv = name.toUpperCase() } = names[name] ?? {};
  return `It looks like ${title}. ${advice} Or: iconv -f ${iconv} -t UTF-8 OLD > NEW`;
}

/** Where the usual name, or what iconv calls it, is not that of the detector. */
const names: Record<string, { title?: string; iconv?: string }> = {
  'ISO-8859-1': { title: 'Latin-1 (ISO-8859-1)' },
  'windows-1252': { title: 'Windows-1252' },
  'windows-1251': { title: 'Windows-1251 (Cyrillic)' },
  'windows-1250': { title: 'Windows-1250 (Central European)' },
  'KOI8-R': { title: 'KOI8-R (Cyrillic)' },
  'ISO-8859-5': { title: 'ISO-8859-5 (Cyrillic)' },
  'ISO-8859-7': { title: 'ISO-8859-7 or Windows-1253 (Greek)' },
  Shift_JIS: { title: 'Shift_JIS (Japanese)', iconv: 'CP932' },
  'EUC-JP': { title: 'EUC-JP (Japanese)' },
  GB18030: { title: 'GB18030 or GBK (Chinese)' },
  Big5: { title: 'Big5 (Chinese)' },
  'EUC-KR': { title: 'EUC-KR (Korean)', iconv: 'CP949' },
};

/** Less sure than this, a detector's guess misleads more than it helps: percent. */
const leastConfidence = 30;

/** Encodings that `looksWestern` tells better: of few bytes, the detector takes everything for them. */
const western = new Set(['ISO-8859-1', 'windows-1252', 'UTF-8', 'ASCII']);

function guess(bytes: Buffer, bad: number): string | undefined {
  const start = Math.max(0, bad - sampleBytes / 4);
  const [best] = analyse(bytes.subarray(start, start + sampleBytes));
  return best && best.confidence >= leastConfidence && !western.has(best.name) ? best.name : undefined;
}

/**
 * Western European one-byte encodings use few bytes above 0x7F, each among ASCII letters; only Windows-1252
 * has printable characters (curly quotes, dashes, the euro) from 0x80 to 0x9F.
 */
function looksWestern(bytes: Buffer): string | undefined {
  let high = 0;
  let alone = 0;
  let controls = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! < 0x80) continue;
    high++;
    if (bytes[i]! < 0xa0) controls++;
    if ((bytes[i - 1] ?? 0) < 0x80 && (bytes[i + 1] ?? 0) < 0x80) alone++;
  }
  if (alone * 2 < high) return undefined;
  return controls > 0 ? 'windows-1252' : 'ISO-8859-1';
}
