/** What one field of an experiment says about another: checks that need the whole, resolved experiment. */
import { foldCount, isFolds } from './planned-runs';
import type { Finding } from './problems';
import type { Rule } from './rule';
import { baselineRules } from './rules-baseline';
import { dataRules } from './rules-data';
import { foreignRules } from './rules-foreign';
import { modelRules } from './rules-model';
import { pretrainedRules } from './rules-pretrained';
import { runtimeRules } from './rules-runtime';
import { trainingRules } from './rules-training';
import type { Experiment } from './schema';

const rules: Rule[] = [
  ...trainingRules,
  ...foreignRules,
  ...baselineRules,
  ...pretrainedRules,
  ...dataRules,
  ...modelRules,
  ...runtimeRules,
  {
    severity: 'error',
    broken: ({ data }) =>
      (data.labels ?? []).flatMap((label, position, labels) =>
        labels.indexOf(label) < position
          ? [
              {
                path: ['data', 'labels', position],
                message: `The label ${JSON.stringify(label)} stands twice.`,
                remedies: [{ type: 'remove' }],
              },
            ]
          : [],
      ),
    hint: 'Name each class once.',
  },
  {
    severity: 'error',
    broken: ({ data }) =>
      list(data.label)
        .filter((column) => list(data.text).includes(column))
        .map((column) => ({
          path: ['data', 'text'],
          message: `The column ${JSON.stringify(column)} is both text and label: the model would read the answer.`,
        })),
    hint: 'Name different columns in "text" and "label".',
  },
  {
    severity: 'error',
    broken: ({ training: { optimizer } }) =>
      optimizer.type === 'sgd' && optimizer.nesterov && optimizer.momentum === 0
        ? [
            {
              path: ['training', 'optimizer', 'nesterov'],
              message: "Nesterov's momentum needs a momentum.",
              remedies: [
                { type: 'set', path: ['training', 'optimizer', 'momentum'], values: [0.9] },
                { type: 'remove' },
              ],
            },
          ]
        : [],
    hint: 'Add "momentum": 0.9, or leave "nesterov" out.',
  },
  {
    severity: 'error',
    // Each step multiplies every weight by 1 - learningRate * weightDecay.
    broken: ({ training: { optimizer } }) =>
      optimizer.type === 'adamW' && optimizer.learningRate * optimizer.weightDecay >= 1
        ? [
            {
              path: ['training', 'optimizer', 'weightDecay'],
              message: `A "learningRate" of ${optimizer.learningRate} times a "weightDecay" of ${optimizer.weightDecay} takes the whole of every weight away at each step.`,
            },
          ]
        : [],
    hint: 'Lower one of them: their product must be below 1, and is mostly below 0.01.',
  },
  {
    severity: 'error',
    broken: ({ data: { labels, task }, training: { loss } }) =>
      task === 'single-label' && loss === 'bceWithLogits' && labels && labels.length !== 2
        ? [
            {
              path: ['training', 'loss'],
              message: `"bceWithLogits" tells two classes apart, but "data.labels" names ${labels.length}.`,
              remedies: [{ type: 'set', values: ['crossEntropy', 'auto'] }],
            },
          ]
        : [],
    hint: 'Use "crossEntropy", or "auto".',
  },
  {
    severity: 'warning',
    broken: ({ training: { epochs, earlyStopping } }) =>
      earlyStopping && earlyStopping.patience >= epochs
        ? [
            {
              path: ['training', 'earlyStopping', 'patience'],
              message: `Training can't stop early: it would wait for ${earlyStopping.patience} epochs without improvement, of ${epochs} in all.`,
              ...(epochs > 1 ? { remedies: [{ type: 'set', values: [Math.ceil((epochs - 1) / 2)] }] } : {}),
            },
          ]
        : [],
    hint: 'Lower "patience", or raise "epochs".',
  },
  {
    severity: 'warning',
    broken: ({ model }) =>
      'embedding' in model && model.embedding.frozen && model.embedding.vectors === undefined
        ? [
            {
              path: ['model', 'embedding', 'frozen'],
              message: 'The word vectors are frozen, but start at random: no word would ever get a meaning.',
            },
          ]
        : [],
    hint: 'Name a file of word vectors in "vectors", or leave "frozen" out.',
  },
  {
    severity: 'warning',
    broken: ({ data }) => [
      ...sharedWithTrain(data.train, data.validation, 'validation'),
      ...sharedWithTrain(data.train, data.test, 'test'),
    ],
    hint: 'Judge the model on rows that it has not seen, or the figures mean nothing.',
  },
  {
    severity: 'error',
    broken: ({ search, training, data }) => [
      ...(search && training.repeat > 1
        ? [
            {
              path: ['training', 'repeat'],
              message: 'A search trains each setting once: it cannot be repeated.',
              remedies: [{ type: 'remove' } as const],
            },
          ]
        : []),
      ...(search && foldCount(data.validation) > 1
        ? [
            {
              path: ['data', 'validation'],
              message: 'A search judges each trial on the same rows: it cannot be a cross-validation.',
              remedies: [{ type: 'set', values: [0.2] } as const],
            },
          ]
        : []),
    ],
    hint: 'Search first, then repeat or cross-validate the best settings.',
  },
  {
    severity: 'error',
    broken: ({ data: { validation } }) =>
      isFolds(validation) && (validation.fold ?? 1) > validation.folds
        ? [
            {
              path: ['data', 'validation', 'fold'],
              message: `There is no fold ${validation.fold}: there are ${validation.folds}.`,
            },
          ]
        : [],
    hint: 'Folds are numbered from 1.',
  },
  {
    severity: 'warning',
    broken: ({ search, training: { epochs } }) =>
      search?.halving && search.halving.firstEpoch >= epochs
        ? [
            {
              path: ['search', 'halving'],
              message: `No trial is stopped early: the first check would be after epoch ${search.halving.firstEpoch}, of ${epochs} in all.`,
            },
          ]
        : [],
    hint: 'Lower "firstEpoch", raise "epochs", or leave "halving" out.',
  },
  {
    severity: 'error',
    broken: ({ data: { labels, task }, training: { threshold } }) =>
      threshold !== 0.5 && task === 'single-label' && labels && labels.length !== 2
        ? [
            {
              path: ['training', 'threshold'],
              message: `A threshold is for two classes or several labels a text, but "data.labels" names ${labels.length} classes.`,
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "threshold" out: each text gets its most probable class.',
  },
];

/**
 * The rules that an experiment breaks.
 *
 * @param written the value that it was resolved from
 */
export function brokenRules(experiment: Experiment, written: unknown): Finding[] {
  return rules.flatMap(({ severity, broken, hint }) =>
    broken(experiment, written).map((place) => ({ severity, hint, ...place })),
  );
}

function list(value: string | string[]): string[] {
  return typeof value === 'string' ? [value] : value;
}

function sharedWithTrain(
  train: string | string[] | undefined,
  other: Experiment['data']['validation'] | undefined,
  key: string,
) {
  if (train === undefined || (typeof other !== 'string' && !Array.isArray(other))) return [];
  return list(other).flatMap((file, position) =>
    list(train).includes(file)
      ? [
          {
            path: ['data', key, ...(typeof other === 'string' ? [] : [position])],
            message: `The file ${JSON.stringify(file)} is trained on too.`,
          },
        ]
      : [],
  );
}
