import { type Experiment, experimentSchema } from './schema';

/**
 * The baseline that an experiment has to beat: on the same rows, split alike, with default options. An experiment that
 * is a baseline itself stays as it is.
 */
export function baselineOf(experiment: Experiment): Experiment {
  const { name, data, tokenizer, model, training, examples } = experiment;
  if (model.type === 'baseline') return experiment;
  const { lowercase, stripHtml, keepEmoticons } = tokenizer;
  const { seed, classWeights, threshold } = training;
  const baseline = experimentSchema.parse({
    data,
    tokenizer: { lowercase, stripHtml, keepEmoticons },
    model: { type: 'baseline' },
    training: { seed, classWeights, threshold },
    examples,
  });
  return { ...baseline, name: `${name} baseline` };
}
