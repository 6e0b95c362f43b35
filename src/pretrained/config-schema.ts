import * as z from 'zod';
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

/** What a file says, under our names. */
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

/** What the file of each architecture has to say; every message names what is expected at a place. */
export const configSchemas: { readonly [Name in Architecture]: z.ZodType<Read> } = {
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
export const modelTypes: Readonly<Record<string, Architecture>> = {
  bert: 'bert',
  roberta: 'roberta',
  'xlm-roberta': 'roberta',
  camembert: 'roberta',
  distilbert: 'distilbert',
  albert: 'albert',
};

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
