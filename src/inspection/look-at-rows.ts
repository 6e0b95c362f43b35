import type { CopyGroup } from '../data/copies';
import type { PartRows } from '../data/part-rows';
import { SameTexts, textKey } from '../data/same-text';
import { pauses } from '../protocol/pauses';
import type { Tokenize } from '../text/tokenize';
import type { TokenCounter } from './count-tokens';
import { encodingTrouble } from './encoding';
import { NotedRows } from './found';
import { type Languages, languageName, languagesOf } from './languages';
import { Lengths } from './lengths';
import { NearDuplicates } from './near-duplicates';
import { shinglesOf } from './shingles';
import { WordCounts } from './telling-words';

export interface LookOptions {
  tokenCounter: TokenCounter;
  /** Cuts into words, in lower case. */
  tokenize: Tokenize;
  /** How many there are. */
  classes: number;
  signal?: AbortSignal | undefined;
  /** Hears of the rows that were looked at. */
  progress?: ((done: number, total: number) => void) | undefined;
}

/** What one look at each row has shown. */
export interface SeenRows {
  /** Rows with the same text. */
  copies: readonly CopyGroup[];
  /** Rows with nearly the same text, those with the very same one aside: of these only the first is there. */
  nearCopies: readonly CopyGroup[];
  /** Of the training rows. */
  lengths: Lengths;
  words: WordCounts;
  empty: NotedRows;
  /** Texts whose words are other ones by a wrong encoding, and texts with what does not belong into text. */
  damaged: NotedRows;
  stray: NotedRows;
  foreign: NotedRows;
  languages: Languages | undefined;
}

/**
 * Looks at each text once, in the rows' order. What is kept of it are numbers: 230 bytes or so.
 *
 * @throws the signal's reason where it was aborted
 */
export async function lookAtRows(rows: PartRows, options: LookOptions): Promise<SeenRows> {
  const { tokenCounter, tokenize, classes, signal, progress } = options;
  const pause = pauses(signal);
  const texts = new SameTexts();
  const near = new NearDuplicates((row) => shinglesOf(tokenize(rows.at(row).text))!);
  const [lengths, words] = [new Lengths(), new WordCounts(classes)];
  const [empty, foreign] = [new NotedRows(), new NotedRows()];
  const [damaged, stray] = [new NotedRows(), new NotedRows()];
  const languages = languagesOf(spread(rows, tokenize));
  let row = 0;
  for (const { text, labelIndices } of rows) {
    const due = pause();
    if (due) {
      progress?.(row, rows.count);
      await due;
    }
    const tokens = tokenize(text);
    const first = texts.add(textKey(text));
    const shingles = first === row ? shinglesOf(tokens) : undefined;
    if (shingles) near.add(row, shingles);
    if (rows.partOf(row) === 'train') {
      words.add(tokens, labelIndices);
      lengths.add(tokenCounter.count(text, tokens));
    }
    if (tokenCounter.needsWords && tokens.length === 0) empty.add({ row });
    const trouble = encodingTrouble(text);
    if (trouble) (trouble.breaksWords ? damaged : stray).add({ row, note: trouble.note });
    const language = languages?.other(text, tokens);
    if (language !== undefined) foreign.add({ row, note: languageName(language) });
    row++;
  }
  return {
    copies: texts.groups(),
    nearCopies: near.groups(),
    ...{ lengths, words, empty, damaged, stray, foreign, languages },
  };
}

/** Texts from which the set's languages are told: so many are looked for, not all of them tell. */
const mostSpread = 2000;

/** Rows of all parts, evenly spread. */
function* spread(rows: PartRows, tokenize: Tokenize) {
  const step = Math.max(1, Math.floor(rows.count / mostSpread));
  for (let row = 0; row < rows.count; row += step) {
    const { text } = rows.at(row);
    yield { text, words: tokenize(text) };
  }
}
