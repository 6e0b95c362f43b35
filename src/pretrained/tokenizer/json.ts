import * as z from 'zod';

/** A normalizer, a pre-tokenizer or a post-processor: its kind and what this kind is told. */
export type Step = z.infer<typeof stepSchema>;
export type AddedToken = z.infer<typeof addedTokenSchema>;
export type ModelJson = z.infer<typeof modelSchema>;
/** The parts of a `tokenizer.json` of Hugging Face's tokenizers that turn a text into ids. */
export type TokenizerJson = z.infer<typeof tokenizerSchema>;

const stepSchema = z.looseObject({ type: z.string() });
const id = z.int().min(0);

const addedTokenSchema = z.looseObject({
  id,
  content: z.string(),
  /** Only where no word character is beside it. */
  single_word: z.boolean().default(false),
  /** Takes the white space before it, after it. */
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  /** Looked for in the normalized text instead of in the text itself. */
  normalized: z.boolean().default(true),
  special: z.boolean().default(false),
});

/** Checked by hand: a table of 250 000 words is looked at once, and a word may be called `__proto__`. */
const vocabulary = z.custom<Record<string, number>>(
  (value) => isObject(value) && Object.values(value).every((entry) => id.safeParse(entry).success),
  'expected an object of words and their ids',
);
const pieces = z.custom<[piece: string, score: number][]>(
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((entry) => {
      const [piece, score, ...rest] = Array.isArray(entry) ? entry : [];
      return typeof piece === 'string' && Number.isFinite(score) && rest.length === 0;
    }),
  'expected a list of pieces and their scores',
);
const merges = z.custom<string[] | [string, string][]>(
  (value) => Array.isArray(value) && (value.every(isSpaced) || value.every(isPair)),
  'expected a list of pairs',
);

const modelSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('WordPiece'),
    vocab: vocabulary,
    unk_token: z.string().default('[UNK]'),
    continuing_subword_prefix: z.string().default('##'),
    max_input_chars_per_word: z.int().min(1).default(100),
  }),
  z.looseObject({
    type: z.literal('BPE'),
    vocab: vocabulary,
    merges,
    unk_token: z.string().nullish(),
    fuse_unk: z.boolean().default(false),
    byte_fallback: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
    // What these say is not done here, so a file that says something is refused.
    dropout: z.null().optional(),
    continuing_subword_prefix: z.literal('').nullish(),
    end_of_word_suffix: z.literal('').nullish(),
  }),
  z.looseObject({
    type: z.literal('Unigram'),
    vocab: pieces,
    unk_id: id.nullish(),
    byte_fallback: z.boolean().default(false),
  }),
]);

export const tokenizerSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: stepSchema.nullish(),
  pre_tokenizer: stepSchema.nullish(),
  post_processor: stepSchema.nullish(),
  // Old files do not say their model's kind.
  model: z.preprocess(
    (model) => (isObject(model) && model.type == null ? { ...model, type: kindOf(model) } : model),
    modelSchema,
  ),
});

function kindOf({ vocab, merges }: Record<string, unknown>): ModelJson['type'] {
  if (Array.isArray(vocab)) return 'Unigram';
  return merges === undefined ? 'WordPiece' : 'BPE';
}

/** Every word with its id, those added to the model's own included. */
export function wordsOf({ model, added_tokens }: TokenizerJson): Map<string, number> {
  const words = new Map(
    model.type === 'Unigram'
      ? model.vocab.map(([piece], index): [string, number] => [piece, index])
      : Object.entries(model.vocab),
  );
  for (const token of added_tokens) if (!words.has(token.content)) words.set(token.content, token.id);
  return words;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSpaced(value: unknown): boolean {
  return typeof value === 'string' && value.includes(' ');
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
