import { SplitPreTokenizer } from '@huggingface/tokenizers';
import * as z from 'zod';
import type { Step } from './json';
import { patternSchema } from './normalizers';
import { steps } from './steps';
import { punctuation, whiteSpace } from './unicode';
import { remembered } from './words';

/** Cuts a part of a normalized text into words; `first` says whether the part stands at the text's start. */
export type Split = (text: string, first: boolean) => string[];

const bertWords = new RegExp(`${punctuation}|[^${whiteSpace}${punctuation}]+`, 'gv');
const notSpaces = new RegExp(`[^${whiteSpace}]+`, 'gv');
const marks = new RegExp(punctuation, 'gv');
const wordCharacters = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
const wordsAndRest = new RegExp(`[${wordCharacters}]+|[^${wordCharacters}${whiteSpace}]+`, 'gv');
/** Of GPT-2. */
const byteLevelWords = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${whiteSpace}\\p{L}\\p{N}]+` +
    `|${whiteSpace}+(?![^${whiteSpace}])|${whiteSpace}+`,
  'gv',
);

const metaspaceSchema = z.object({
  replacement: z.string().default('▁'),
  // Before tokenizers 0.19 the files said `add_prefix_space`.
  add_prefix_space: z.boolean().default(true),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  split: z.boolean().default(true),
});
const behaviorSchema = z.enum(['Removed', 'Isolated']);

/** The pre-tokenizers of Hugging Face's tokenizers, by their names there. */
const splits: Record<string, (step: Step) => Split> = {
  BertPreTokenizer: () => (text) => text.match(bertWords) ?? [],
  ByteLevel: (step) => {
    const { add_prefix_space, use_regex } = z
      .object({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) })
      .parse(step);
    return (text) => {
      const spaced = add_prefix_space && !text.startsWith(' ') ? ` ${text}` : text;
      return (use_regex ? (spaced.match(byteLevelWords) ?? []) : [spaced]).map(bytesOf);
    };
  },
  Digits: (step) => {
    const { individual_digits } = z.object({ individual_digits: z.boolean().default(false) }).parse(step);
    return cutting(individual_digits ? /\p{N}/gu : /\p{N}+/gu, true);
  },
  Metaspace: (step) => {
    const { replacement, split, add_prefix_space, prepend_scheme } = metaspaceSchema.parse(step);
    const scheme = prepend_scheme ?? (add_prefix_space ? 'always' : 'never');
    return (text, first) => {
      const joined = text.replaceAll(' ', replacement);
      const prepend = scheme === 'always' || (scheme === 'first' && first);
      const whole = prepend && !joined.startsWith(replacement) ? replacement + joined : joined;
      return split ? beforeEach(whole, replacement) : [whole];
    };
  },
  Punctuation: (step) => {
    const { behavior } = z.object({ behavior: behaviorSchema.default('Isolated') }).parse(step);
    return cutting(marks, behavior === 'Isolated');
  },
  Sequence: (step) => {
    const { pretokenizers } = z
      .object({ pretokenizers: z.array(z.looseObject({ type: z.string() })) })
      .parse(step);
    const parts = pretokenizers.map(splitFor);
    return (text, first) =>
      parts.reduce(
        (words, split) => words.flatMap((word, index) => split(word, first && index === 0)),
        [text],
      );
  },
  Split: (step) => {
    const { pattern, behavior, invert } = z
      .object({ pattern: patternSchema, behavior: behaviorSchema, invert: z.literal(false).default(false) })
      .parse(step);
    const { pattern: compiled } = new SplitPreTokenizer({ type: 'Split', pattern, behavior, invert });
    return compiled ? cutting(compiled, behavior === 'Isolated') : (text) => [text];
  },
  Whitespace: () => (text) => text.match(wordsAndRest) ?? [],
  WhitespaceSplit: () => (text) => text.match(notSpaces) ?? [],
};

/** @throws HumanError for a kind that is not in the table. */
export function splitFor(step: Step | null | undefined): Split {
  return step ? steps(splits, 'pre-tokenizer', step) : (text) => [text];
}

/** What lies between matches is a word; with `keep`, a match is one too. */
function cutting(pattern: RegExp, keep: boolean): Split {
  return (text) => {
    const words: string[] = [];
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      words.push(text.slice(end, match.index), keep ? match[0] : '');
      end = match.index + match[0].length;
    }
    words.push(text.slice(end));
    return words.filter((word) => word !== '');
  };
}

/** Cuts before every `mark`. */
function beforeEach(text: string, mark: string): string[] {
  const words: string[] = [];
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf(mark, start + mark.length);
    const end = next < 0 ? text.length : next;
    words.push(text.slice(start, end));
    start = end;
  }
  return words;
}

/** A visible character for each byte, as GPT-2 chose them: the byte itself where it is visible, else one from 256 on. */
const characterOfByte = ((): string[] => {
  let next = 256;
  const isVisible = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad && byte <= 0xff);
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : next++));
})();

const bytesOf = remembered((word: string): string => {
  let result = '';
  for (const byte of Buffer.from(word)) result += characterOfByte[byte];
  return result;
});
