import { add, gatherRows, input, reshape, sub, toFloat, transpose, trim } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Program } from '../graph/program';
import { Scope } from '../nn/scope';
import type { EncoderConfig } from './config';
import { classify, encodeTexts } from './encoder';
import { WORD_TABLE } from './names';

const zeros = { type: 'zeros' } as const;

/** What the network reads of a text, in the order in which transformers' tokenizers name it. */
export function textInputs({ tokenTypes }: EncoderConfig): string[] {
  return ['input_ids', ...(tokenTypes > 1 ? ['token_type_ids'] : []), 'attention_mask'];
}

/**
 * The finished classifier as Hugging Face's exports have it: `input_ids, attention_mask` and, where tokens have more
 * than one type, `token_type_ids [batch, sequence]` (int64) `-> logits [batch, outputs]`. Its other inputs are the
 * parameters. Texts are padded at their end.
 */
export function pretrainedInference(config: EncoderConfig, outputs: number): Program {
  const scope = new Scope(false);
  const ofTokens = (name: string) => input(name, ['batch', 'sequence'], 'int64');
  const [ids, attention] = [ofTokens('input_ids'), ofTokens('attention_mask')];
  const types = config.tokenTypes > 1 ? ofTokens('token_type_ids') : undefined;
  const table = scope.parameter(WORD_TABLE, [config.vocabularySize, config.embeddingSize], zeros);
  const words = gatherRows(table, timeMajor(ids));
  const embedded = types ? add(words, typeShift(scope, config, types)) : words;
  const mask = reshape(timeMajor(toFloat(attention)), ['sequence', 'batch', 1]);
  const states = encodeTexts(scope, embedded, mask, config, { freezeEmbeddings: false, freezeLayers: 0 });
  const logits = classify(scope, states, config, outputs);
  const parameters = [...scope.parameters.values()].map(({ value }) => value);
  return {
    name: 'classifier',
    inputs: [ids, attention, ...(types ? [types] : []), ...parameters],
    outputs: { logits },
  };
}

function timeMajor(x: Value): Value {
  return transpose(x, [1, 0]);
}

/**
 * `[time, batch, embeddingSize]`: what each token's type adds beyond type 0, which the encoder gives to all. It is
 * exactly zero for single texts.
 */
function typeShift(scope: Scope, { tokenTypes, embeddingSize }: EncoderConfig, types: Value): Value {
  scope.share('tokenTypes');
  const table = scope.parameter('tokenTypes.weight', [tokenTypes, embeddingSize], zeros);
  return sub(gatherRows(table, timeMajor(types)), trim(table, 0, 0, tokenTypes - 1));
}
