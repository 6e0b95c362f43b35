/**
 * What of a feature model goes into files: words and options as JSON, all numbers as tensors, so that a million features
 * are read in a moment.
 */
import * as z from 'zod';
import { FeatureModel } from './feature-model';
import { Features } from './features';
import { NgramTrie } from './ngram-trie';

/**
 * Feature i is run i: run `parent[i - 1]` (0: nothing) and then `token[i - 1]`, the number of a word, or -1 minus a
 * character's code point. `runs.scale` and `output.weight` begin with a row 0 that is no feature.
 */
export interface ModelTensors {
  /** `[runs]` */
  'runs.parent': Int32Array;
  /** `[runs]` */
  'runs.token': Int32Array;
  /** `[runs + 1]`: what counts are multiplied by; 0 for runs that do not count. */
  'runs.scale': Float32Array;
  /** `[runs + 1, outputs]` */
  'output.weight': Float32Array;
  /** `[outputs]` */
  'output.bias': Float32Array;
}

const lengths = z.tuple([z.int().min(1), z.int().min(1)]);

const schema = z.strictObject({
  type: z.literal('features'),
  lowercase: z.boolean(),
  stripHtml: z.boolean(),
  keepEmoticons: z.boolean(),
  wordNgrams: lengths,
  characterNgrams: lengths.nullable(),
  weighting: z.enum(['tfidf', 'naiveBayes']),
  sublinear: z.boolean(),
  words: z.array(z.string()),
});

/** The contents of `tokenizer.json`, and the tensors. */
export function saveFeatureModel({ features, weights, bias }: FeatureModel): {
  json: string;
  tensors: ModelTensors;
} {
  const { options, words, trie, scale } = features;
  const { lowercase, stripHtml, keepEmoticons, wordNgrams, characterNgrams, weighting, sublinear } = options;
  const { parents, tokens } = trie.parts();
  const contents: z.infer<typeof schema> = {
    type: 'features',
    ...{ lowercase, stripHtml, keepEmoticons, weighting, sublinear },
    wordNgrams: [...wordNgrams],
    characterNgrams: characterNgrams && [...characterNgrams],
    words,
  };
  return {
    json: `${JSON.stringify(contents, null, 1)}\n`,
    tensors: {
      'runs.parent': parents,
      'runs.token': tokens,
      'runs.scale': scale,
      'output.weight': weights,
      'output.bias': bias,
    },
  };
}

/**
 * Restores what was saved.
 *
 * @throws Error saying what is wrong where the parts are damaged or do not belong together
 */
export function loadFeatureModel(
  json: string,
  tensors: { readonly [Name in keyof ModelTensors]?: unknown },
): FeatureModel {
  const { type: _, words, ...options } = parse(json);
  const {
    'runs.parent': parents,
    'runs.token': tokens,
    'runs.scale': scale,
    'output.weight': weights,
    'output.bias': bias,
  } = complete(tensors);
  const rows = parents.length + 1;
  if (tokens.length !== rows - 1 || scale.length !== rows || weights.length !== rows * bias.length) {
    throw new Error('the tensors do not fit each other');
  }
  if (tokens.some((token) => token >= words.length)) throw new Error('a run has a word that is not listed');
  return new FeatureModel(
    new Features(options, words, NgramTrie.from(parents, tokens), scale),
    weights,
    bias,
  );
}

const types = {
  'runs.parent': Int32Array,
  'runs.token': Int32Array,
  'runs.scale': Float32Array,
  'output.weight': Float32Array,
  'output.bias': Float32Array,
};

function complete(tensors: { readonly [Name in keyof ModelTensors]?: unknown }): ModelTensors {
  for (const [name, type] of Object.entries(types)) {
    if (!(tensors[name as keyof ModelTensors] instanceof type))
      throw new Error(`the tensor ${name} is missing`);
  }
  return tensors as ModelTensors;
}

function parse(json: string): z.infer<typeof schema> {
  const result = schema.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new Error(`${issue.path.join('.')}: ${issue.message}`);
}
