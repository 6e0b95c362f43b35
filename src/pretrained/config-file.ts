import * as z from 'zod';
import { activations } from '../nn/activations';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import type { Architecture, EncoderConfig } from './config';

/** A field whose error message says what is expected there. */
function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

function positive(most: number) {
  const error = `a number above 0, at most ${most}`;
  return z.number({ error }).gt(0, { error }).max(most, { error });
}

/** The bounds are far beyond any encoder; they keep a hostile file from building a graph without end. */
const vocabularySize = whole(1, 10_000_000);
const size = whole(1, 100_000);
const layers = whole(1, 256);
const positions = whole(1, 1_000_000);
const shareError = 'a number from 0 to below 1';
const share = z.number({ error: shareError }).min(0, { error: shareError }).lt(1, { error: shareError });
const tokenId = whole(0, 10_000_000).nullable();
const activation = z.string({ error: 'the name of an activation function' });

/** What all four have; the names and defaults are those of transformers' `configuration_<architecture>.py`. */
const common = {
  vocab_size: vocabularySize,
  max_position_embeddings: positions,
  initializer_range: positive(10).default(0.02),
  position_embedding_type: z.literal('absolute', { error: '"absolute"' }).default('absolute'),
  is_decoder: z.literal(false, { error: 'false (TextClf trains encoders)' }).default(false),
  add_cross_attention: z.literal(false, { error: 'false (TextClf trains encoders)' }).default(false),
};

const bertLike = {
  ...common,
  hidden_size: size,
  num_hidden_layers: layers,
  num_attention_heads: size,
  intermediate_size: size,
  type_vocab_size: whole(0, 1000).default(2),
  layer_norm_eps: positive(1).default(1e-12),
};

const bert = z.object({
  ...bertLike,
  hidden_act: activation.default('gelu'),
  hidden_dropout_prob: share.default(0.1),
  attention_probs_dropout_prob: share.default(0.1),
  classifier_dropout: share.nullish(),
});
const albert = z.object({
  ...bertLike,
  embedding_size: size.default(128),
  hidden_act: activation.default('gelu_new'),
  hidden_dropout_prob: share.default(0),
  attention_probs_dropout_prob: share.default(0),
  classifier_dropout_prob: share.default(0.1),
  pad_token_id: tokenId.default(0),
  num_hidden_groups: z.literal(1, { error: '1 (one layer whose parameters serve for all)' }).default(1),
  inner_group_num: z.literal(1, { error: '1 (one layer whose parameters serve for all)' }).default(1),
});
const distilbert = z.object({
  ...common,
  dim: size,
  n_layers: layers,
  n_heads: size,
  hidden_dim: size,
  activation: activation.default('gelu'),
  dropout: share.default(0.1),
  attention_dropout: share.default(0.1),
  seq_classif_dropout: share.default(0.2),
  pad_token_id: tokenId.default(0),
});

type Read = Omit<EncoderConfig, 'architecture' | 'modelType' | 'json'>;

const fromBert = (file: z.infer<typeof bert>, paddingId: number): Read => ({
  ...sizesOf(file),
  embeddingSize: file.hidden_size,
  activation: file.hidden_act,
  firstPosition: 0,
  paddingId,
  dropout: file.hidden_dropout_prob,
  attentionDropout: file.attention_probs_dropout_prob,
  headDropout: file.classifier_dropout ?? file.hidden_dropout_prob,
});

const architectures: { readonly [Name in Architecture]: z.ZodType<Read> } = {
  bert: bert
    .extend({ pad_token_id: tokenId.default(0) })
    .transform((file) => fromBert(file, file.pad_token_id ?? 0)),
  // The first position is counted from the padding, which therefore has to be known.
  roberta: bert
    .extend({ pad_token_id: whole(0, 10_000_000).default(1) })
    .transform((file) => ({ ...fromBert(file, file.pad_token_id), firstPosition: file.pad_token_id + 1 })),
  albert: albert.transform((file) => ({
    ...sizesOf(file),
    embeddingSize: file.embedding_size,
    activation: file.hidden_act,
    firstPosition: 0,
    paddingId: file.pad_token_id ?? 0,
    dropout: file.hidden_dropout_prob,
    attentionDropout: file.attention_probs_dropout_prob,
    headDropout: file.classifier_dropout_prob,
  })),
  distilbert: distilbert.transform((file) => ({
    vocabularySize: file.vocab_size,
    embeddingSize: file.dim,
    hiddenSize: file.dim,
    layers: file.n_layers,
    heads: file.n_heads,
    feedForwardSize: file.hidden_dim,
    activation: file.activation,
    normEpsilon: 1e-12,
    positions: file.max_position_embeddings,
    firstPosition: 0,
    tokenTypes: 0,
    paddingId: file.pad_token_id ?? 0,
    dropout: file.dropout,
    attentionDropout: file.attention_dropout,
    headDropout: file.seq_classif_dropout,
    initializerRange: file.initializer_range,
  })),
};

/** The values of `model_type` that can be trained. */
const modelTypes: Readonly<Record<string, Architecture>> = {
  bert: 'bert',
  roberta: 'roberta',
  'xlm-roberta': 'roberta',
  camembert: 'roberta',
  distilbert: 'distilbert',
  albert: 'albert',
};

/** What a person may have taken for an encoder, by what the name begins with. */
const others: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^(m?t5|umt5|bart|mbart|pegasus|marian|prophetnet|led$|longt5)/, 'an encoder with a decoder'],
  [
    /^(gpt|llama|mistral|mixtral|qwen|gemma|phi|opt|bloom|falcon|deepseek|olmo|smollm|stablelm|mamba|rwkv)/,
    'a decoder, which writes texts',
  ],
];

function sizesOf(file: z.infer<typeof bert> | z.infer<typeof albert>) {
  return {
    vocabularySize: file.vocab_size,
    hiddenSize: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    feedForwardSize: file.intermediate_size,
    normEpsilon: file.layer_norm_eps,
    positions: file.max_position_embeddings,
    tokenTypes: file.type_vocab_size,
    initializerRange: file.initializer_range,
  };
}

/**
 * Reads the `config.json` of a checkpoint in Hugging Face's form.
 *
 * @param file where it was read, for messages
 * @throws HumanError where it describes no encoder of the four architectures, or contradicts itself
 */
export function parseEncoderConfig(json: string, file: string): EncoderConfig {
  const fields = parseObject(json, file);
  const modelType = fields.model_type;
  if (typeof modelType !== 'string' || !Object.hasOwn(modelTypes, modelType))
    throw unknownType(modelType, file);
  const architecture = modelTypes[modelType]!;
  const result = architectures[architecture].safeParse(fields);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw wrong(file, String(path[0]), message, fields[String(path[0])]);
  }
  const config: EncoderConfig = { ...result.data, architecture, modelType, json: fields };
  checkAgreement(config, file);
  return config;
}

function checkAgreement(config: EncoderConfig, file: string): void {
  const { hiddenSize, heads, paddingId, vocabularySize, positions, firstPosition, activation } = config;
  if (hiddenSize % heads !== 0) {
    throw broken(file, `a hidden size of ${hiddenSize} cannot be divided among ${heads} attention heads`);
  }
  if (paddingId >= vocabularySize) {
    throw broken(file, `"pad_token_id" is ${paddingId}, but the vocabulary has ${vocabularySize} tokens`);
  }
  if (positions - firstPosition < 3) {
    throw broken(
      file,
      `"max_position_embeddings" of ${positions} leaves no room for a text after the ${firstPosition} positions that padding takes`,
    );
  }
  if (!Object.hasOwn(activations, activation)) {
    const known = Object.keys(activations);
    throw new HumanError(`The activation function ${quoteName(activation)} of this encoder is not known.`, {
      place: { file },
      hint: `${didYouMeanHint(activation, known)}Known are ${listNames(known)}.`,
    });
  }
}

function parseObject(json: string, file: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? 'it is not a JSON object' : (cause as Error).message;
    throw broken(file, why, cause);
  }
}

function unknownType(found: unknown, file: string): HumanError {
  const known = listNames(Object.keys(modelTypes));
  const hint = `Choose an encoder whose "model_type" is one of ${known}.`;
  if (typeof found !== 'string') {
    const message = `"model_type" must say which architecture this is, ${known}; found ${shown(found)}.`;
    return new HumanError(message, { place: { file }, hint });
  }
  const what = others.find(([pattern]) => pattern.test(found))?.[1] ?? 'another architecture';
  return new HumanError(
    `"model_type" is ${quoteName(found)}, ${what}: BERT, RoBERTa, DistilBERT and ALBERT can be fine-tuned.`,
    { place: { file }, hint },
  );
}

function wrong(file: string, field: string, expected: string, found: unknown): HumanError {
  return broken(file, `"${field}" must be ${expected}; found ${shown(found)}`);
}

function shown(found: unknown): string {
  return found === undefined
    ? 'nothing'
    : quoteName(JSON.stringify(found)).slice(1, -1).replaceAll('\\"', '"');
}

function broken(file: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`This is not the configuration of an encoder that can be fine-tuned: ${why}.`, {
    place: { file },
    hint: 'Download the checkpoint again, or choose another one.',
    cause,
  });
}
