import { HumanError } from '../../protocol/human-error';
import { remembered } from './words';

/**
 * SentencePiece's table of replacements, which holds a Darts double array over UTF-8 bytes and the texts that it
 * points into, one after another with a zero behind each. A grapheme of less than six bytes is looked up whole, then
 * its characters one by one; the shortest entry that the looked up starts with decides, as in tokenizers' own
 * `spm_precompiled`.
 */
export function charsmapOf({
  precompiled_charsmap,
}: {
  precompiled_charsmap: string;
}): (text: string) => string {
  const bytes = Buffer.from(precompiled_charsmap, 'base64');
  const trieSize = bytes.length >= 4 ? bytes.readUInt32LE(0) : Number.NaN;
  if (!(trieSize % 4 === 0 && 4 + trieSize <= bytes.length)) {
    throw new HumanError('The normalizer "Precompiled" is damaged: its table ends too early.');
  }
  const units = Uint32Array.from({ length: trieSize / 4 }, (_, index) => bytes.readUInt32LE(4 + 4 * index));
  const texts = bytes.subarray(4 + trieSize);

  const lookUp = (chunk: string): string | undefined => {
    const start = findShortest(units, Buffer.from(chunk));
    if (start === undefined || start >= texts.length) return undefined;
    const end = texts.indexOf(0, start);
    return texts.toString('utf8', start, end < 0 ? texts.length : end);
  };
  const replace = remembered((grapheme: string): string => {
    const whole = Buffer.byteLength(grapheme) < 6 ? lookUp(grapheme) : undefined;
    return whole ?? Array.from(grapheme, (character) => lookUp(character) ?? character).join('');
  });
  const changed = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
    .filter((character) => replace(character) !== character)
    .map((character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  const parts = new RegExp(`${besideOthers}|\\r\\n|[${changed.join('')}]`, 'g');
  return (text) =>
    text.replace(parts, (part) =>
      /^[\0-\x7f]*$/.test(part) ? replace(part) : graphemesOf(part).map(replace).join(''),
    );
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Characters beyond ASCII with those of ASCII beside them: no grapheme crosses its ends. All other characters of ASCII
 * but line ends are graphemes of their own, so most of a text need not be segmented, which is slow.
 */
const besideOthers = '(?:(?:\\r\\n|[\\0-\\x7f])?[^\\0-\\x7f])+(?:\\r\\n|[\\0-\\x7f])?';

/**
 * The characters of a text as people see them. Window by window, because the segmenter's time grows with the square of
 * a text's length; a window's last grapheme may go on behind it and is looked at again.
 */
function graphemesOf(text: string): string[] {
  const graphemes: string[] = [];
  for (let start = 0, size = 256; start < text.length; ) {
    const isCut = /[\ud800-\udbff]/.test(text[start + size - 1] ?? '');
    const end = start + size + (isCut ? 1 : 0);
    const found = Array.from(segmenter.segment(text.slice(start, end)), ({ segment }) => segment);
    if (end < text.length) found.pop();
    for (const grapheme of found) {
      graphemes.push(grapheme);
      start += grapheme.length;
    }
    size = found.length === 0 ? 2 * size : 256;
  }
  return graphemes;
}

/** The value of the shortest key that `key` starts with. */
function findShortest(units: Uint32Array, key: Uint8Array): number | undefined {
  let position = offsetOf(units[0] ?? 0);
  for (const byte of key) {
    if (byte === 0) return undefined;
    position ^= byte;
    const unit = units[position];
    if (unit === undefined || (unit & 0x800000ff) !== byte) return undefined;
    position ^= offsetOf(unit);
    if ((unit >>> 8) & 1) {
      const value = units[position];
      return value === undefined ? undefined : value & 0x7fffffff;
    }
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
