/**
 * The experiment file: this one schema gives the types, the defaults, the checks and, through
 * `json-schema.ts`, what editors complete and explain. An object refuses keys that it does not know,
 * so no option is ever accepted and ignored.
 *
 * Its parts are in `schema-*.ts`. Checks that compare two fields are in `rules.ts`. Optimizers' and schedulers'
 * names and defaults are PyTorch's.
 */
import * as z from 'zod';
import { data, tokenizer } from './schema-data';
import { model } from './schema-model';
import { filled } from './schema-parts';
import { runtime } from './schema-runtime';
import { search } from './schema-search';
import { training } from './schema-training';

export const experimentSchema = z.strictObject({
  $schema: z.string().optional().describe('The JSON Schema that an editor completes this file with.'),
  name: filled()
    .optional()
    .describe("What this experiment's runs are called. Without it, the name of the file."),
  data: data.describe('The texts to learn from, and how to read them.'),
  tokenizer: tokenizer.prefault({}).describe('How texts become tokens, and which of them the model knows.'),
  model: model.describe('The network, the pretrained encoder, or the baseline.'),
  training: training.prefault({}).describe('How the network learns.'),
  search: search
    .nullable()
    .default(null)
    .describe(
      'Options to try several values of, each trial a run of its own. null trains this experiment alone.',
    ),
  runtime: runtime.prefault({}).describe('What the computing runs on.'),
  examples: z.array(filled()).default([]).describe('Texts to classify with the finished model, as a taste.'),
});

/** An experiment as a person writes it: everything but `data.train` and `model.type` may be left out. */
export type ExperimentInput = z.input<typeof experimentSchema>;

/** An experiment with every default spelt out: what is trained, and what a run folder records. */
export interface Experiment extends Omit<z.output<typeof experimentSchema>, '$schema' | 'name'> {
  name: string;
}

export type DataOptions = Experiment['data'];
export type TokenizerOptions = Experiment['tokenizer'];
export type ModelOptions = Experiment['model'];
export type BaselineOptions = Extract<ModelOptions, { type: 'baseline' }>;
export type PretrainedOptions = Extract<ModelOptions, { type: 'pretrained' }>;
/** The networks that start from word vectors and are trained from scratch. */
export type NetworkOptions = Exclude<ModelOptions, BaselineOptions | PretrainedOptions>;
export type TrainingOptions = Experiment['training'];
export type OptimizerOptions = TrainingOptions['optimizer'];
export type SchedulerOptions = TrainingOptions['scheduler'];
export type RuntimeOptions = Experiment['runtime'];
export type EarlyStoppingOptions = NonNullable<TrainingOptions['earlyStopping']>;
export type SearchOptions = NonNullable<Experiment['search']>;
