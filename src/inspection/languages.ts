import { detectAll } from 'tinyld';

/** What a text must have to tell its language: names and single words look like any. */
const fewestLetters = 60;
const fewestWords = 10;
/** Characters that are looked at. */
const looked = 400;
/** Texts that tell which languages the set is in. */
const sampled = 300;
/** With fewer that tell, the set is too small or too short to know. */
const fewestKnown = 30;
/** A language of so many texts belongs to the set. */
const belongs = 0.05;
/** Without a language of so many, languages are what the set is about. */
const dominant = 0.6;
/** The most frequent words of the set's language, most of which carry no meaning. */
const commonWords = 150;
/** Texts with so large a share of them are of that language. */
const ordinary = 0.12;

export interface Languages {
  /** ISO 639-1, the most frequent first. */
  main: readonly string[];
  /** A language that a text is almost certainly in and that is none of the main ones. */
  other(text: string, words: readonly string[]): string | undefined;
}

/** What the detection says, the likeliest language first. */
type Detect = (text: string) => readonly { lang: string; accuracy: number }[];

/**
 * The languages of a set of texts by a sample of them; undefined where it does not tell.
 *
 * @param texts with their words in lower case
 */
export function languagesOf(
  texts: Iterable<{ text: string; words: readonly string[] }>,
  detect: Detect = detectAll,
): Languages | undefined {
  const languages = new Map<string, number>();
  const rows = new Map<string, number>();
  let known = 0;
  for (const { text, words } of texts) {
    if (known === sampled) break;
    if (!tellsLanguage(text, words)) continue;
    const [first] = detect(text.slice(0, looked));
    if (!first) continue;
    known++;
    languages.set(first.lang, (languages.get(first.lang) ?? 0) + 1);
    for (const word of new Set(words)) rows.set(word, (rows.get(word) ?? 0) + 1);
  }
  const ranked = [...languages].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (known < fewestKnown || ranked[0]![1] < dominant * known) return undefined;
  const main = ranked.filter(([, count]) => count >= belongs * known).map(([language]) => language);
  const common = new Set(
    [...rows]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, commonWords)
      .map(([word]) => word),
  );
  return { main, other: (text, words) => otherLanguage(text, words, main, common, detect) };
}

function otherLanguage(
  text: string,
  words: readonly string[],
  main: readonly string[],
  common: ReadonlySet<string>,
  detect: Detect,
): string | undefined {
  if (words.filter((word) => common.has(word)).length >= ordinary * words.length) return undefined;
  if (!tellsLanguage(text, words)) return undefined;
  const found = detect(text.slice(0, looked));
  const [first, second] = found;
  if (!first || main.some((language) => found.some(({ lang }) => lang === language))) return undefined;
  return second && second.accuracy * 2 > first.accuracy ? undefined : first.lang;
}

/** Scripts without spaces say more in a character, and their words are not counted. */
function tellsLanguage(text: string, words: readonly string[]): boolean {
  const start = text.slice(0, looked);
  if ((start.match(/[\u3040-\u9fff\uac00-\ud7a3\u0e00-\u0eff]/g)?.length ?? 0) >= fewestLetters / 4)
    return true;
  return words.length >= fewestWords && (start.match(/\p{L}/gu)?.length ?? 0) >= fewestLetters;
}

const names = new Intl.DisplayNames('en', { type: 'language' });

/** `French` for `fr` */
export function languageName(code: string): string {
  return names.of(code) ?? code;
}
