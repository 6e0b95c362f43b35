import * as z from 'zod';
import { HumanError } from '../protocol/human-error';
import { type Tokenize, type WordTokenizerOptions, wordTokenizer } from './tokenize';
import { type Vocabulary, vocabularyOf } from './vocabulary';

/** All that turns a text into what a model reads. */
export interface Tokenizer {
  options: WordTokenizerOptions;
  vocabulary: Vocabulary;
  /** How many tokens of a text are read. */
  maxLength: number;
  tokenize: Tokenize;
  /** 1 to `maxLength` ids. */
  encode(text: string): Int32Array;
}

const schema = z.strictObject({
  type: z.literal('word'),
  lowercase: z.boolean(),
  stripHtml: z.boolean(),
  keepEmoticons: z.boolean(),
  maxLength: z.int().min(1),
  seenWords: z.int().min(0),
  vocabulary: z.array(z.string()),
});

export function createTokenizer(
  { lowercase, stripHtml, keepEmoticons }: WordTokenizerOptions,
  vocabulary: Vocabulary,
  maxLength: number,
): Tokenizer {
  const options = { lowercase, stripHtml, keepEmoticons };
  const tokenize = wordTokenizer(options);
  return {
    options,
    vocabulary,
    maxLength,
    tokenize,
    encode: (text) => vocabulary.encode(tokenize(text), maxLength),
  };
}

/** The contents of `tokenizer.json`, from which `loadTokenizer` restores the same tokenizer. */
export function saveTokenizer({ options, vocabulary, maxLength }: Tokenizer): string {
  const { words, seenWords } = vocabulary;
  const contents: z.infer<typeof schema> = {
    type: 'word',
    ...options,
    maxLength,
    seenWords,
    vocabulary: [...words],
  };
  return `${JSON.stringify(contents, null, 1)}\n`;
}

/**
 * @param json what `saveTokenizer` gave
 * @param file where it was read, for messages
 * @throws HumanError when the contents are damaged or were made by something else
 */
export function loadTokenizer(json: string, file = 'tokenizer.json'): Tokenizer {
  try {
    const { maxLength, seenWords, vocabulary, ...options } = schema.parse(JSON.parse(json));
    return createTokenizer(options, vocabularyOf(vocabulary, seenWords), maxLength);
  } catch (cause) {
    throw new HumanError(`this is not a tokenizer that can be read: ${reason(cause)}`, {
      place: { file },
      hint: 'The file is damaged or was made by another program. Copy the model again, or train it anew.',
      cause,
    });
  }
}

function reason(error: unknown): string {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0]!;
    return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
  }
  return error instanceof Error ? error.message : String(error);
}
