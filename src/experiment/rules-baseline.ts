/** Rules about what the baseline can be; what it does not have at all is in `rules-foreign.ts`. */
import type { Rule } from './rule';
import type { Experiment } from './schema';

export const baselineRules: Rule[] = [
  {
    severity: 'error',
    broken: ({ model }) =>
      model.type === 'baseline' && model.weighting === 'naiveBayes' && !model.sublinear
        ? [
            {
              path: ['model', 'sublinear'],
              message: 'With the weighting "naiveBayes" a word counts once a text, however often it occurs.',
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "sublinear" out, or use the weighting "tfidf".',
  },
  {
    severity: 'error',
    broken: ({ model }) =>
      model.type === 'baseline'
        ? (['wordNgrams', 'characterNgrams'] as const).flatMap((key) => {
            const [shortest, longest] = model[key] ?? [1, 1];
            if (shortest <= longest) return [];
            return [
              {
                path: ['model', key],
                message: `The shortest run comes first: ${shortest} is more than ${longest}.`,
                remedies: [{ type: 'set' as const, values: [[longest, shortest]] }],
              },
            ];
          })
        : [],
    hint: 'Write the smaller number first.',
  },
  {
    severity: 'warning',
    broken: ({ model, data: { validation, maxRows }, training: { repeat } }) =>
      model.type === 'baseline' && repeat > 1 && isFiles(validation) && maxRows === undefined
        ? [
            {
              path: ['training', 'repeat'],
              message: `Nothing of the baseline is drawn at random here: ${repeat} runs would be the same.`,
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "repeat" out, or let validation be a share of the training rows.',
  },
  {
    severity: 'error',
    broken: ({ model, search }) =>
      model.type === 'baseline' && search?.halving
        ? [
            {
              path: ['search', 'halving'],
              message: 'The baseline has a single epoch: no trial could be stopped after an earlier one.',
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "halving" out.',
  },
];

function isFiles(validation: Experiment['data']['validation']): boolean {
  return typeof validation === 'string' || Array.isArray(validation);
}
