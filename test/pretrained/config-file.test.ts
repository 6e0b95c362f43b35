import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { longestText } from '../../src/pretrained/config';
import { parseEncoderConfig } from '../../src/pretrained/config-file';
import { formatError } from '../../src/protocol/human-error';
import { humanErrorOf } from '../runs/support';
import { type EncoderName, encoderFixture } from './encoder-fixture';

const file = 'encoder/config.json';

function fixture(name: EncoderName): Record<string, unknown> {
  return JSON.parse(readFileSync(`${encoderFixture(name).folder}/config.json`, 'utf8'));
}

/** A configuration of a fixture with other fields; `undefined` leaves one out. */
function parse(name: EncoderName, change: Record<string, unknown> = {}) {
  return parseEncoderConfig(JSON.stringify({ ...fixture(name), ...change }), file);
}

describe('a configuration', () => {
  it('of BERT is read', () => {
    const { json, ...config } = parse('bert', {
      hidden_dropout_prob: 0.2,
      attention_probs_dropout_prob: 0.3,
    });
    expect(config).toEqual({
      architecture: 'bert',
      modelType: 'bert',
      vocabularySize: 40,
      embeddingSize: 16,
      hiddenSize: 16,
      layers: 2,
      heads: 4,
      feedForwardSize: 40,
      activation: 'gelu',
      normEpsilon: 1e-12,
      positions: 12,
      firstPosition: 0,
      tokenTypes: 2,
      paddingId: 0,
      dropout: 0.2,
      attentionDropout: 0.3,
      headDropout: 0.2,
      initializerRange: 0.2,
    });
    expect(json).toEqual({
      ...fixture('bert'),
      hidden_dropout_prob: 0.2,
      attention_probs_dropout_prob: 0.3,
    });
  });

  it('of DistilBERT has names of its own', () => {
    const config = parse('distilbert', { dropout: 0.2, attention_dropout: 0.3, seq_classif_dropout: 0.4 });
    expect(config).toMatchObject({
      ...{ architecture: 'distilbert', hiddenSize: 16, embeddingSize: 16, layers: 2, heads: 2 },
      ...{ feedForwardSize: 40, tokenTypes: 0, normEpsilon: 1e-12 },
      ...{ dropout: 0.2, attentionDropout: 0.3, headDropout: 0.4 },
    });
  });

  it('of ALBERT has smaller word vectors', () => {
    const config = parse('albert', { classifier_dropout_prob: 0.25 });
    expect(config).toMatchObject({ embeddingSize: 8, hiddenSize: 16, layers: 3, headDropout: 0.25 });
  });

  it.each(['roberta', 'xlm-roberta'] as const)('of %s counts positions from the padding', (name) => {
    const config = parse(name);
    expect(config).toMatchObject({
      architecture: 'roberta',
      modelType: name,
      positions: 14,
      firstPosition: 2,
    });
    expect(longestText(config)).toBe(12);
    expect(parse(name, { pad_token_id: 5 }).firstPosition).toBe(6);
  });

  it('of CamemBERT is one of RoBERTa', () => {
    expect(parse('roberta', { model_type: 'camembert' })).toMatchObject({
      architecture: 'roberta',
      modelType: 'camembert',
    });
  });

  it("has the classifier's own dropout where it names one", () => {
    expect(parse('xlm-roberta').headDropout).toBe(0.3);
    expect(parse('bert', { classifier_dropout: null }).headDropout).toBe(0.1);
    expect(parse('bert', { classifier_dropout: 0 }).headDropout).toBe(0);
  });

  it("has transformers' defaults where old files are silent", () => {
    const silent = ['hidden_act', 'layer_norm_eps', 'type_vocab_size', 'initializer_range', 'pad_token_id'];
    const without = Object.fromEntries(silent.map((name) => [name, undefined]));
    const defaults = { activation: 'gelu', normEpsilon: 1e-12, tokenTypes: 2, initializerRange: 0.02 };
    expect(parse('bert', without)).toMatchObject({ ...defaults, paddingId: 0 });
    expect(parse('roberta', without)).toMatchObject({ ...defaults, firstPosition: 2, paddingId: 1 });
    expect(parse('albert', without)).toMatchObject({ ...defaults, activation: 'gelu_new' });
  });

  const refused: readonly (readonly [what: string, name: EncoderName, change: object, words: string[]])[] = [
    [
      'another encoder',
      'bert',
      { model_type: 'electra' },
      ['"model_type" is "electra", another architecture'],
    ],
    ['a decoder', 'bert', { model_type: 'gpt2' }, ['"gpt2", a decoder, which writes texts', '"distilbert"']],
    ['an encoder with a decoder', 'bert', { model_type: 't5' }, ['"t5", an encoder with a decoder']],
    ['no architecture', 'bert', { model_type: undefined }, ['must say which architecture', 'found nothing']],
    ['an odd architecture', 'bert', { model_type: ['bert'] }, ['found ["bert"]']],
    ['a name of objects', 'bert', { model_type: 'constructor' }, ['"constructor", another architecture']],
    ['a BERT that decodes', 'bert', { is_decoder: true }, ['"is_decoder" must be false', 'found true']],
    ['cross-attention', 'roberta', { add_cross_attention: true }, ['"add_cross_attention" must be false']],
    [
      'relative positions',
      'bert',
      { position_embedding_type: 'relative_key' },
      ['"position_embedding_type" must be "absolute"; found "relative_key"'],
    ],
    ['layers in groups', 'albert', { num_hidden_groups: 2 }, ['"num_hidden_groups" must be 1', 'found 2']],
    ['several inner layers', 'albert', { inner_group_num: 4 }, ['"inner_group_num" must be 1', 'found 4']],
    [
      'no width',
      'bert',
      { hidden_size: undefined },
      ['"hidden_size" must be a whole number from 1', 'nothing'],
    ],
    [
      'half a layer',
      'bert',
      { num_hidden_layers: 2.5 },
      ['"num_hidden_layers" must be a whole number', '2.5'],
    ],
    [
      'layers without end',
      'distilbert',
      { n_layers: 1e9 },
      ['"n_layers" must be a whole number from 1 to 256'],
    ],
    ['a text for a number', 'bert', { vocab_size: '40' }, ['"vocab_size" must be', 'found "40"']],
    [
      'a certain dropout',
      'bert',
      { hidden_dropout_prob: 1 },
      ['"hidden_dropout_prob" must be a number from 0'],
    ],
    [
      'heads that do not divide the width',
      'bert',
      { num_attention_heads: 5 },
      ['a hidden size of 16 cannot be divided among 5 attention heads'],
    ],
    [
      'padding outside of the vocabulary',
      'bert',
      { pad_token_id: 40 },
      ['"pad_token_id" is 40, but the vocabulary has 40 tokens'],
    ],
    [
      'no padding where it matters',
      'roberta',
      { pad_token_id: null },
      ['"pad_token_id" must be a whole number'],
    ],
    [
      'no room for a text',
      'roberta',
      { max_position_embeddings: 3 },
      ['"max_position_embeddings" of 3 leaves no room for a text', '2 positions'],
    ],
    [
      'an unknown activation',
      'bert',
      { hidden_act: 'gelu_neu' },
      ['activation function "gelu_neu"', 'Did you mean "gelu_new"?', '"quick_gelu"'],
    ],
    ['an activation of objects', 'bert', { hidden_act: 'toString' }, ['activation function "toString"']],
  ];
  it.each(refused)('with %s is refused', (_, name, change, words) => {
    const error = humanErrorOf(() => parse(name, change as Record<string, unknown>));
    for (const word of words) expect(formatError(error)).toContain(word);
    expect(error.place).toEqual({ file });
    expect(error.hint).toBeDefined();
  });

  it.each([
    ['{"model_type": "bert",', 'JSON'],
    ['[]', 'it is not a JSON object'],
    ['null', 'it is not a JSON object'],
  ])('that is %s is refused', (json, words) => {
    const error = humanErrorOf(() => parseEncoderConfig(json, file));
    expect(error.message).toContain(words);
    expect(error.place).toEqual({ file });
  });
});
