/** Rules about sources, labels and tokens. */
import type { Rule } from './rule';
import { valueAt } from './schema-walk';

export const dataRules: Rule[] = [
  {
    severity: 'error',
    broken: ({ data: { hub } }, written) =>
      (['validation', 'test'] as const).flatMap((key) =>
        hub?.[key] !== undefined && valueAt(['data', key], written) !== undefined
          ? [
              {
                path: ['data', key],
                message: `Both "data.${key}" and "data.hub.${key}" say what the rows for ${key} are.`,
                remedies: [
                  { type: 'remove' as const },
                  { type: 'remove' as const, path: ['data', 'hub', key] },
                ],
              },
            ]
          : [],
      ),
    hint: 'Keep one of them.',
  },
  {
    severity: 'warning',
    broken: ({ data: { hub } }) =>
      (['validation', 'test'] as const).flatMap((key) =>
        hub && hub[key] === hub.train
          ? [
              {
                path: ['data', 'hub', key],
                message: `The split ${JSON.stringify(hub.train)} is trained on too.`,
              },
            ]
          : [],
      ),
    hint: 'Judge the model on rows that it has not seen, or the figures mean nothing.',
  },
  {
    severity: 'error',
    broken: ({ data: { hub, format } }) =>
      hub && format !== undefined
        ? [
            {
              path: ['data', 'format'],
              message:
                'Data sets of the Hugging Face Hub come as Parquet files: "format" has nothing to say.',
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "format" out.',
  },
  {
    severity: 'error',
    broken: ({ data: { label, task } }) =>
      typeof label !== 'string' && task === 'single-label'
        ? [
            {
              path: ['data', 'label'],
              message: 'A column for each class lets a text have several, but the task is single-label.',
              remedies: [{ type: 'set', path: ['data', 'task'], values: ['multi-label'] }],
            },
          ]
        : [],
    hint: 'Set "task" to "multi-label", or name the one column that holds the class.',
  },
  {
    severity: 'error',
    broken: ({ data: { label } }) =>
      typeof label === 'string'
        ? []
        : label.flatMap((column, position) =>
            label.indexOf(column) < position
              ? [
                  {
                    path: ['data', 'label', position],
                    message: `The column ${JSON.stringify(column)} stands twice.`,
                    remedies: label.length > 2 ? [{ type: 'remove' as const }] : [],
                  },
                ]
              : [],
          ),
    hint: 'Name the column of each class once.',
  },
  {
    severity: 'error',
    broken: ({ data: { label, labels } }) =>
      typeof label !== 'string' && labels
        ? [
            {
              path: ['data', 'labels'],
              message: 'The columns of "label" are the classes, in their order: "labels" has nothing to add.',
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "labels" out.',
  },
  {
    severity: 'error',
    broken: ({ data: { label, labelSeparator, task } }) =>
      labelSeparator !== ',' && (task === 'single-label' || typeof label !== 'string')
        ? [
            {
              path: ['data', 'labelSeparator'],
              message: 'Nothing is separated: each label column holds a single value.',
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "labelSeparator" out, or set "task" to "multi-label" and name one label column.',
  },
  {
    severity: 'error',
    broken: ({ tokenizer: { ngrams }, model: { type } }) =>
      ngrams > 1 && type !== 'pooled' && type !== 'baseline' && type !== 'pretrained'
        ? [
            {
              path: ['tokenizer', 'ngrams'],
              message: `"ngrams" is for the pooled model alone: a model of type "${type}" reads the tokens in their order.`,
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "ngrams" out.',
  },
  {
    severity: 'error',
    broken: ({ tokenizer: { type, keepEmoticons } }) =>
      type === 'character' && !keepEmoticons
        ? [
            {
              path: ['tokenizer', 'keepEmoticons'],
              message: 'Of characters all are tokens, those of emoticons too.',
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "keepEmoticons" out, or cut the texts into words.',
  },
  {
    severity: 'warning',
    broken: ({ tokenizer: { type }, model }) =>
      type === 'character' && 'embedding' in model && model.embedding.vectors !== undefined
        ? [
            {
              path: ['model', 'embedding', 'vectors'],
              message: 'Files of word vectors have few characters: most tokens would start at random.',
            },
          ]
        : [],
    hint: 'Leave "vectors" out, or cut the texts into words.',
  },
];
