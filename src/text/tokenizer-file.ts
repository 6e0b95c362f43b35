import * as z from 'zod';
import { HumanError } from '../protocol/human-error';
import { ngramsOf } from './ngrams';
import { type Tokenize, type TokenizerOptions, tokenizerOf } from './tokenize';
import { type Vocabulary, vocabularyOf } from './vocabulary';

/** All that turns a text into what a model reads. */
export interface Tokenizer {
  options: Required<TokenizerOptions>;
  vocabulary: Vocabulary;
  /** How many tokens of a text are read. */
  maxLength: number;
  /** Without n-grams. */
  tokenize: Tokenize;
  /** The ids of the first `maxLength` tokens, then those of their n-grams; at least one. */
  encode(text: string): Int32Array;
  /** As `encode`, of what `tokenize` gave. */
  encodeTokens(tokens: readonly string[]): Int32Array;
}

const schema = z.strictObject({
  type: z.enum(['word', 'character']),
  lowercase: z.boolean(),
  stripHtml: z.boolean(),
  keepEmoticons: z.boolean(),
  // Earlier versions wrote none.
  ngrams: z.int().min(1).default(1),
  maxLength: z.int().min(1),
  seenWords: z.int().min(0),
  vocabulary: z.array(z.string()),
});

export function createTokenizer(
  { type = 'word', lowercase, stripHtml, keepEmoticons, ngrams = 1 }: TokenizerOptions,
  vocabulary: Vocabulary,
  maxLength: number,
): Tokenizer {
  const options = { type, lowercase, stripHtml, keepEmoticons, ngrams };
  const tokenize = tokenizerOf(options);
  const encodeTokens = (tokens: readonly string[]) => {
    const read = tokens.slice(0, maxLength);
    return vocabulary.encode([...read, ...ngramsOf(read, ngrams)]);
  };
  return {
    options,
    vocabulary,
    maxLength,
    tokenize,
    encode: (text) => encodeTokens(tokenize(text)),
    encodeTokens,
  };
}

/** The contents of `tokenizer.json`, from which `loadTokenizer` restores the same tokenizer. */
export function saveTokenizer({ options, vocabulary, maxLength }: Tokenizer): string {
  const { words, seenWords } = vocabulary;
  const contents: z.infer<typeof schema> = {
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
