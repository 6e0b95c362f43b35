/** Rules about options that the model at hand does not have: written, they would be accepted and ignored. */
import type { Rule } from './rule';
import type { Experiment } from './schema';
import { tokenizer } from './schema-data';
import { runtime } from './schema-runtime';
import { training } from './schema-training';
import { valueAt } from './schema-walk';

type Keys = { [Section in 'tokenizer' | 'training' | 'runtime']?: readonly (keyof Experiment[Section])[] };

interface Foreign {
  /** Whether a model of this type lacks the options. */
  lacks(type: Experiment['model']['type']): boolean;
  options: Keys;
  /** What is said of one, after its name. */
  message(type: Experiment['model']['type']): string;
  hint: string;
}

const foreign: Foreign[] = [
  {
    lacks: (type) => type === 'baseline',
    options: {
      tokenizer: ['type', 'ngrams', 'maxVocabulary', 'minFrequency', 'maxLength'],
      training: [
        ...(['epochs', 'batchSize', 'loss', 'focalGamma', 'labelSmoothing', 'optimizer'] as const),
        ...([
          'scheduler',
          'gradientClip',
          'gradientClipBy',
          'gradientAccumulation',
          'earlyStopping',
        ] as const),
      ],
      // The processor is the one device that it may name: rules-runtime.ts says so.
      runtime: ['engine', 'precision', 'threads'],
    },
    message: () => 'is for networks: the baseline does not have it.',
    hint: 'Leave it out, or choose another model.',
  },
  {
    lacks: (type) => type === 'pretrained',
    options: {
      tokenizer: [
        ...(['type', 'lowercase', 'stripHtml', 'keepEmoticons', 'ngrams', 'maxVocabulary'] as const),
        ...(['minFrequency', 'maxLength'] as const),
      ],
    },
    message: () => 'means nothing here: a pretrained encoder brings its own tokenizer.',
    hint: 'Leave "tokenizer" out. How much of a text is read is said by "maxLength" of the model.',
  },
  {
    lacks: (type) => type !== 'pretrained',
    options: { training: ['freezeEncoderEpochs', 'layerLearningRateDecay', 'recompute'] },
    message: (type) => `is for pretrained encoders: a model of type "${type}" has none.`,
    hint: 'Leave it out, or choose the model "pretrained".',
  },
];

/** The options, by their dotted paths, that mean nothing to a model of this type. */
export function foreignOptions(type: Experiment['model']['type']): ReadonlySet<string> {
  const lacking = foreign
    .filter(({ lacks }) => lacks(type))
    .flatMap(({ options }) => Object.entries(options));
  return new Set(lacking.flatMap(([section, keys]) => keys.map((key) => `${section}.${key}`)));
}

/** What a record has in these sections where nothing was written. Of training, these options are the same for every model. */
const standard = {
  tokenizer: tokenizer.parse({}),
  training: training.parse({}),
  runtime: runtime.parse({}),
} satisfies Pick<Experiment, keyof Keys>;

export const foreignRules: Rule[] = foreign.map(({ lacks, options, message, hint }) => ({
  severity: 'error',
  broken: (experiment, written) =>
    lacks(experiment.model.type)
      ? said(experiment, written, options).map((path) => ({
          path,
          message: `"${path[1]}" ${message(experiment.model.type)}`,
          remedies: [{ type: 'remove' }],
        }))
      : [],
  hint,
}));

/** Those of some options that a file says, be it their defaults; in the record of a run, those at other values. */
function said(experiment: Experiment, written: unknown, options: Keys): [string, string][] {
  const isRecord = Object.keys(experiment).every((section) => valueAt([section], written) !== undefined);
  return (Object.keys(options) as (keyof Keys)[]).flatMap((section) => {
    const values: Record<string, unknown> = experiment[section];
    const defaults: Record<string, unknown> = standard[section];
    return (options[section] as readonly string[])
      .filter((key) =>
        isRecord
          ? JSON.stringify(values[key]) !== JSON.stringify(defaults[key])
          : valueAt([section, key], written) !== undefined,
      )
      .map((key): [string, string] => [section, key]);
  });
}
