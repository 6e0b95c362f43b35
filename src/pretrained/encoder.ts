import { add, gatherRows, range, reshape, trim } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Dim } from '../graph/shape';
import { activations } from '../nn/activations';
import { attentionPadding } from '../nn/attention';
import { dropout, type LinearStart, linear, normalize } from '../nn/layers';
import type { Scope } from '../nn/scope';
import { transformerLayer } from '../nn/transformer-layer';
import type { EncoderConfig } from './config';
import { traits } from './traits';

export interface EmbeddingUse {
  /** Whether this part stays as it is: then it has no dropout. */
  readonly frozen: boolean;
}

export interface LayerUse extends EmbeddingUse {
  /** Whether only the first token's state is wanted, as from the last layer. */
  readonly firstOnly: boolean;
}

export interface EncoderUse {
  readonly freezeEmbeddings: boolean;
  /** So many of the first layers, and the embeddings below them. */
  readonly freezeLayers: number;
}

/**
 * The encoder's whole way: `embedded [time, batch, embeddingSize]` (the words' vectors, texts padded at their end)
 * and `mask [time, batch, 1]` (1 at tokens) to the first tokens' states `[batch, hiddenSize]`.
 */
export function encodeTexts(
  scope: Scope,
  embedded: Value,
  mask: Value,
  config: EncoderConfig,
  { freezeEmbeddings, freezeLayers }: EncoderUse,
): Value {
  const padding = attentionPadding(mask);
  const frozen = frozenLayers(config, freezeLayers);
  let states = embedTokens(scope, embedded, config, { frozen: freezeEmbeddings || frozen > 0 });
  for (let index = 0; index < config.layers; index++) {
    const use = { frozen: index < frozen, firstOnly: index === config.layers - 1 };
    states = paddedLayer(scope, index, states, padding, config, use);
  }
  return reshape(states, [embedded.shape[1]!, config.hiddenSize]);
}

/** How many layers stay as they are where so many were asked for: ALBERT's are one, so that it is all of them or none. */
export function frozenLayers({ architecture, layers }: EncoderConfig, freezeLayers: number): number {
  return traits[architecture].sharesLayers && freezeLayers > 0 ? layers : freezeLayers;
}

/** How many layers have parameters of their own: ALBERT's are all the same one. */
export function ownLayers({ architecture, layers }: EncoderConfig): number {
  return traits[architecture].sharesLayers ? 1 : layers;
}

/**
 * Words, positions and the type of a single text's tokens, normalized and, in ALBERT, brought to the layers' width:
 * `embedded [time, batch, embeddingSize] -> [time, batch, hiddenSize]`.
 */
export function embedTokens(
  scope: Scope,
  embedded: Value,
  config: EncoderConfig,
  { frozen }: EmbeddingUse,
): Value {
  const { embeddingSize, hiddenSize, positions, firstPosition, tokenTypes, normEpsilon } = config;
  const time = embedded.shape[0] as Dim;
  const { weight } = startOf(config);
  const table = scope.parameter('positions.weight', [positions, embeddingSize], weight);
  const rows = gatherRows(trim(table, 0, firstPosition, 0), range(time));
  const places = tokenTypes > 0 ? add(rows, firstTokenType(scope, config)) : rows;
  const sum = add(embedded, reshape(places, [time, 1, embeddingSize]));
  const normal = normalize(scope, 'embeddingNorm', sum, normEpsilon);
  const dropped = dropout(scope, 'embedding', normal, frozen ? 0 : config.dropout);
  // ALBERT projects even where both sizes are equal.
  return config.architecture === 'albert'
    ? linear(scope, 'projection', dropped, hiddenSize, startOf(config))
    : dropped;
}

/** `[1, embeddingSize]`: the row of the first of two texts, which a single one is. */
function firstTokenType(scope: Scope, config: EncoderConfig): Value {
  const { tokenTypes, embeddingSize } = config;
  const table = scope.parameter('tokenTypes.weight', [tokenTypes, embeddingSize], startOf(config).weight);
  return trim(table, 0, 0, tokenTypes - 1);
}

/**
 * Layer `index` (counted from 0): `states [time, batch, hiddenSize]` to the same shape, or to `[1, batch, hiddenSize]`
 * with `firstOnly`. ALBERT's layers are all made of the parameters of layer 0.
 */
export function encoderLayer(
  scope: Scope,
  index: number,
  states: Value,
  mask: Value,
  config: EncoderConfig,
  use: LayerUse,
): Value {
  return paddedLayer(scope, index, states, attentionPadding(mask), config, use);
}

function paddedLayer(
  scope: Scope,
  index: number,
  states: Value,
  padding: Value,
  config: EncoderConfig,
  { frozen, firstOnly }: LayerUse,
): Value {
  const { drops, sharesLayers } = traits[config.architecture];
  const start = startOf(config);
  const name = `layers.${sharesLayers ? 0 : index}`;
  if (sharesLayers) scope.share(name);
  const unlessFrozen = (rate: number) => (frozen ? 0 : rate);
  return transformerLayer(scope, name, states, padding, {
    attention: {
      heads: config.heads,
      projections: 'separate',
      dropout: unlessFrozen(config.attentionDropout),
      start,
      firstOnly,
    },
    feedForwardSize: config.feedForwardSize,
    activation: activations[config.activation]!,
    norm: 'post',
    normEpsilon: config.normEpsilon,
    start,
    dropout: {
      attention: drops.attention ? unlessFrozen(config.dropout) : 0,
      feedForward: drops.feedForward ? unlessFrozen(config.dropout) : 0,
    },
  });
}

/** The head of `*ForSequenceClassification`: the first tokens' `state [batch, hiddenSize] -> logits [batch, outputs]`. */
export function classify(scope: Scope, state: Value, config: EncoderConfig, outputs: number): Value {
  const { dropsState, activation } = traits[config.architecture].head;
  const { hiddenSize, headDropout } = config;
  const start = startOf(config);
  const given = dropsState ? dropout(scope, 'head.state', state, headDropout) : state;
  const hidden = activation(linear(scope, 'head.dense', given, hiddenSize, start));
  return linear(scope, 'head.output', dropout(scope, 'head', hidden, headDropout), outputs, start);
}

/** As `_init_weights` of Hugging Face's models. */
function startOf({ initializerRange }: EncoderConfig) {
  return {
    weight: { type: 'normal', deviation: initializerRange },
    bias: { type: 'zeros' },
  } as const satisfies LinearStart;
}
