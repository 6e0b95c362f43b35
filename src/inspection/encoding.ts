/** What of a text speaks of a file that was read or saved in another encoding, or of markup that was not unpacked. */

const replacement = '\ufffd';

/** The characters of Windows-1252 from 0x80 to 0x9F; those that it lacks are the control characters there. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const continuation = `[${windows1252}\u0080-\u00bf]`;
/**
 * Bytes of UTF-8, each as a character of Windows-1252 or Latin-1. A capital with an accent before a quotation mark or dash
 * looks the same: of those that are no frequent mistake, two in a row are needed.
 */
const mojibake = [
  `[\u00c2\u00c3]${continuation}`,
  `(?:[\u00c4-\u00df]${continuation}){2,}`,
  `\u00e2${continuation}{2}`,
  `(?:[\u00e0-\u00ef]${continuation}{2}){2,}`,
  `\u00f0${continuation}{3}`,
];
const control = '[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]';
const entity = '&(?:amp|lt|gt|quot|apos|nbsp|#\\d{2,6}|#[xX][\\da-fA-F]{2,5});';

const suspicious = new RegExp([replacement, ...mojibake, control, entity].join('|'), 'g');

export interface EncodingTrouble {
  /** In a few words. */
  note: string;
  /** Whether words are other ones now. Entities and stray control characters stand between words mostly. */
  breaksWords: boolean;
}

/** What is wrong with a text's characters first of all; undefined where nothing is. */
export function encodingTrouble(text: string): EncodingTrouble | undefined {
  let first: EncodingTrouble | undefined;
  // Asked once a text: a text may have a million entities.
  let isPage: boolean | undefined;
  for (const [found] of text.matchAll(suspicious)) {
    if (found.startsWith('&')) isPage ??= text.includes('</');
    const trouble = troubleOf(found, isPage === true);
    if (trouble?.breaksWords) return trouble;
    first ??= trouble;
  }
  return first;
}

function troubleOf(found: string, isPage: boolean): EncodingTrouble | undefined {
  if (found === replacement) return { note: `a character was lost: ${replacement}`, breaksWords: true };
  if (found.startsWith('&')) {
    // In a page of HTML they are at home.
    return isPage ? undefined : { note: `an HTML entity: ${found}`, breaksWords: false };
  }
  if (found.length === 1) {
    const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return { note: `the control character U+${code}`, breaksWords: false };
  }
  const meant = decoded(found);
  return meant === undefined ? undefined : { note: `"${found}" was probably "${meant}"`, breaksWords: true };
}

/** What the bytes that characters stand for are in UTF-8, where that is something to read. */
function decoded(characters: string): string | undefined {
  const bytes = Uint8Array.from(characters, (character) => {
    const place = windows1252.indexOf(character);
    return place < 0 ? character.charCodeAt(0) : 0x80 + place;
  });
  try {
    const text = utf8.decode(bytes);
    return /^[\p{L}\p{N}\p{P}\p{S}\p{M}\u00a0]+$/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
