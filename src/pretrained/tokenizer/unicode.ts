/**
 * Classes of characters as Hugging Face's tokenizers know them. Its tables of punctuation and marks are of Unicode 8,
 * those of decompositions of Unicode 12: there, characters that came later are in no class. Here they would be, and a
 * text would get other ids than those the model was trained with. Found by asking tokenizers 0.23 about every code
 * point; a range also covers code points in between that the class lacks anyway.
 *
 * Classes are sources of a regular expression with the flag `v`.
 */
const nonspacingMark = without(
  '\\p{Mn}',
  '\\u07fd\\u0897-\\u08e1\\u09fe\\u0afa-\\u0aff\\u0b55\\u0c04-\\u0c3c\\u0d00\\u0d3b\\u0d3c\\u0d81\\u0eba\\u0ece' +
    '\\u180f-\\u1886\\u1abf-\\u1aeb\\u1df6-\\u1dfb\\ua82c\\ua8c5\\ua8ff\\ua9bd\\u{10d24}-\\u{10f85}' +
    '\\u{11070}-\\u{11074}\\u{110c2}\\u{111c9}\\u{111cf}\\u{1123e}-\\u{11241}\\u{1133b}\\u{113bb}-\\u{1145e}' +
    '\\u{1182f}-\\u{1612f}\\u{16f4f}\\u{16fe4}\\u{1cf00}-\\u{1cf46}\\u{1e000}-\\u{1e6f5}\\u{1e944}-\\u{1e94a}',
  '\\u1734\\u{1171e}',
);

const mark = without(
  '\\p{M}',
  '\\u07fd\\u0897-\\u08d3\\u09fe\\u0afa-\\u0aff\\u0b55\\u0c04-\\u0c3c\\u0cf3-\\u0d00\\u0d3b\\u0d3c\\u0d81\\u0eba' +
    '\\u0ece\\u1715\\u180f\\u1abf-\\u1aeb\\u1cf7\\u1df6-\\u1dfa\\ua82c\\ua8ff\\u{10d24}-\\u{10f85}' +
    '\\u{11070}-\\u{11074}\\u{110c2}\\u{11145}\\u{11146}\\u{111c9}\\u{111ce}\\u{111cf}\\u{11241}\\u{1133b}' +
    '\\u{113b8}-\\u{113e2}\\u{1145e}\\u{1182c}-\\u{11b67}\\u{11d31}-\\u{1612f}\\u{16f4f}\\u{16f7f}-\\u{16f87}' +
    '\\u{16fe4}-\\u{16ff1}\\u{1cf00}-\\u{1cf46}\\u{1e08f}-\\u{1e6f5}',
  '\\u1cf2\\u1cf3',
);

/** All of ASCII that is neither a letter, a digit, a space nor a control character belongs to it, `$` too. */
export const punctuation = without(
  '\\p{P}!-\\x2f\\x3a-@\\x5b-`\\x7b-~',
  '\\u061d\\u09fd-\\u0a76\\u0c77-\\u0c84\\u1b4e\\u1b4f\\u1b7d-\\u1b7f\\u2e43-\\u2e5d\\u{10d6e}-\\u{10f89}' +
    '\\u{113d4}-\\u{1145d}\\u{11660}-\\u{116b9}\\u{1183b}-\\u{11fff}\\u{12ff1}\\u{12ff2}\\u{16d6d}-\\u{16fe2}' +
    '\\u{1e5ff}-\\u{1e95f}',
  '\\u166d\\u{111c9}',
);

const control = without(
  '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}',
  '\\t\\n\\r\\u0890-\\u08e2\\u{110cd}-\\u{1343f}',
  '\\0\\ufffd',
);

/** Chinese characters of the source: its block E starts at 2B920 instead of 2B820, by a slip that models grew up with. */
const chinese =
  '[\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2b81f}' +
  '\\u{2b920}-\\u{2ceaf}\\u{2f800}-\\u{2fa1f}]';

/** JavaScript's `\s` holds U+FEFF and lacks U+0085. */
export const whiteSpace = '\\p{White_Space}';

const laterDecompositions: Record<string, string> = {
  canonical: '\\u{105c9}-\\u{105e4}\\u{11383}-\\u{113c8}\\u{11938}-\\u{16d6a}',
  compatible:
    '\\u32ff\\ua7f1-\\ua7f4\\uab69\\u{105c9}-\\u{107ba}\\u{11383}-\\u{113c8}\\u{11938}-\\u{1ccf9}' +
    '\\u{1e030}-\\u{1e06d}\\u{1f16c}\\u{1fbf0}-\\u{1fbf9}',
};

const ascii = /^[\0-\x7f]*$/;

export const removeControls = replacer(control, '');
export const spacesOf = replacer(whiteSpace, ' ');
export const aroundChinese = replacer(chinese, ' $& ');
export const removeNonspacingMarks = replacer(nonspacingMark, '');
export const removeMarks = replacer(mark, '');

/** Character by character: a sigma at a word's end becomes no other letter than one within it. */
export function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

/** `String.normalize` by older tables. */
export function normalizerOf(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): (text: string) => string {
  const later = laterDecompositions[form.length === 4 ? 'compatible' : 'canonical'];
  const known = new RegExp(`[^${later}]+`, 'gv');
  return (text) => (ascii.test(text) ? text : text.replace(known, (part) => part.normalize(form)));
}

/** A class of the characters of `known` that are not `later`, and of those of `also`. */
function without(known: string, later: string, also: string): string {
  return `[[[${known}]--[${later}]][${also}]]`;
}

function replacer(characters: string, by: string): (text: string) => string {
  const pattern = new RegExp(characters, 'gv');
  return (text) => text.replace(pattern, by);
}
