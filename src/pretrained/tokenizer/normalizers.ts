import { ReplaceNormalizer } from '@huggingface/tokenizers';
import * as z from 'zod';
import { charsmapOf } from './charsmap';
import type { Step } from './json';
import { steps } from './steps';
import {
  aroundChinese,
  lowercase,
  normalizerOf,
  removeControls,
  removeMarks,
  removeNonspacingMarks,
  spacesOf,
} from './unicode';

export type Normalize = (text: string) => string;

const decompose = normalizerOf('NFD');

export const bertSchema = z.object({
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  /** Null: as `lowercase`. */
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean().default(true),
});
const stripSchema = z.object({ strip_left: z.boolean(), strip_right: z.boolean() });
/**
 * A regular expression of a `tokenizer.json` is run as it is. One that was written to do harm may take time that grows
 * exponentially with a text, and nothing interrupts it before the text is done: folders of encoders are to be chosen
 * with the care that any program is. Of what this lets in, no more than time is lost.
 */
export const patternSchema = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })]);
const replaceSchema = z.object({ pattern: patternSchema, content: z.string() });
const sequenceSchema = z.object({ normalizers: z.array(z.looseObject({ type: z.string() })) });

/** The normalizers of Hugging Face's tokenizers, by their names there. */
const normalizers: Record<string, (step: Step) => Normalize> = {
  BertNormalizer: (step) => {
    const { clean_text, handle_chinese_chars, strip_accents, lowercase: lower } = bertSchema.parse(step);
    return chain([
      ...(clean_text ? [removeControls, spacesOf] : []),
      ...(handle_chinese_chars ? [aroundChinese] : []),
      ...((strip_accents ?? lower) ? [decompose, removeNonspacingMarks] : []),
      ...(lower ? [lowercase] : []),
    ]);
  },
  Lowercase: () => lowercase,
  NFC: () => normalizerOf('NFC'),
  NFD: () => decompose,
  NFKC: () => normalizerOf('NFKC'),
  NFKD: () => normalizerOf('NFKD'),
  Nmt: () => (text) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
    text.replace(/[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g, '').replace(nmtSpaces, ' '),
  Precompiled: (step) => charsmapOf(z.object({ precompiled_charsmap: z.base64() }).parse(step)),
  Prepend: (step) => {
    const { prepend } = z.object({ prepend: z.string() }).parse(step);
    return (text) => (text === '' ? text : prepend + text);
  },
  Replace: (step) => {
    const { pattern: described, content } = replaceSchema.parse(step);
    const { pattern } = new ReplaceNormalizer({ type: 'Replace', pattern: described, content });
    return (text) => (pattern ? text.replace(pattern, () => content) : text);
  },
  Sequence: (step) => chain(sequenceSchema.parse(step).normalizers.map(normalizerFor)),
  Strip: (step) => {
    const { strip_left, strip_right } = stripSchema.parse(step);
    return (text) => {
      const start = strip_left ? text.search(/\P{White_Space}|$/u) : 0;
      return text.slice(start, strip_right ? endOf(text, start) : text.length);
    };
  },
  StripAccents: () => removeMarks,
};

const nmtSpaces = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** @throws HumanError for a kind that is not in the table. */
export function normalizerFor(step: Step | null | undefined): Normalize {
  return step ? steps(normalizers, 'normalizer', step) : (text) => text;
}

function chain(parts: readonly Normalize[]): Normalize {
  return (text) => parts.reduce((result, normalize) => normalize(result), text);
}

/** Where the white space at a text's end starts: a search from the end, in time linear in its length. */
function endOf(text: string, start: number): number {
  let end = text.length;
  while (end > start && /\p{White_Space}/u.test(text[end - 1]!)) end--;
  return end;
}
