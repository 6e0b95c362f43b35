import * as z from 'zod';
import { dataFormats } from '../protocol/data-formats';
import { count, filesOf, filled, positive } from './schema-parts';

const folds = z
  .strictObject({
    folds: count(2)
      .max(100)
      .describe(
        'Into so many parts the training rows are cut; each is once what the others are judged on. That many runs are made, and one that sums them up.',
      ),
    fold: count(1)
      .optional()
      .describe('Only this one of them is what the others are judged on, from 1: one run.'),
  })
  .describe('Cross-validation.');

const hub = z.strictObject({
  dataset: filled().describe('Its name on the Hugging Face Hub, such as stanfordnlp/imdb.'),
  config: filled()
    .optional()
    .describe(
      'Which of its configurations (subsets), where it has several. Without it, the only one, or the one called default.',
    ),
  revision: filled()
    .default('refs/convert/parquet')
    .describe(
      "Its branch, tag or commit. The default is the branch that holds the Hub's own conversion of every data set to Parquet files.",
    ),
  train: filled().default('train').describe('The split to train on.'),
  validation: filled()
    .optional()
    .describe(
      'The split that each epoch is judged on. Without it, "validation" of "data" says what it is: a share of the training rows.',
    ),
  test: filled().optional().describe('The split that the finished model is evaluated on once, at the end.'),
});

/** Either `train` or `hub` says what to train on: `data-source.ts`. */
export const data = z.strictObject({
  train: filesOf()
    .optional()
    .describe(
      'The file to train on, a pattern (data/*.csv, data/**/part-?.parquet), a folder with one folder a class (train/pos/1.txt), or a list of these. Files may be gzipped (train.csv.gz). Paths are relative to the folder of this experiment file.',
    ),
  hub: hub
    .optional()
    .describe(
      'A data set of the Hugging Face Hub, downloaded once, in the place of files of your own. The names of its classes are kept.',
    ),
  validation: z
    .union([positive().lt(1), filled(), z.array(filled()).min(1), folds])
    .default(0.2)
    .describe(
      'What each epoch is judged on: a share of the training rows between 0 and 1 (drawn with the seed, every class in proportion), files named as those to train on, or { "folds": 5 } for cross-validation.',
    ),
  test: filesOf()
    .optional()
    .describe('What the finished model is evaluated on once, at the end: files named as those to train on.'),
  format: z
    .enum(dataFormats)
    .optional()
    .describe(
      "The files' format: csv or tsv with a header row, jsonl (one JSON object a line), json (a list of objects), parquet, fasttext (lines like __label__good What a film!) or folder (one folder a class, one file a text). Without it, each file's extension decides, and a folder is a folder.",
    ),
  text: z
    .union([filled(), z.array(filled()).min(1)])
    .default('text')
    .describe(
      'The column that holds the text, or a list of columns that are joined in this order. Lines of fastText and folders have no columns.',
    ),
  task: z
    .enum(['single-label', 'multi-label'])
    .default('single-label')
    .describe('Whether each text has exactly one class (single-label), or any number of them (multi-label).'),
  label: z
    .union([filled(), z.array(filled()).min(2)])
    .default('label')
    .describe(
      "The column that holds each row's class. For a multi-label task, the column that holds a row's classes, or a list of columns, one a class, that hold 0 or 1.",
    ),
  labelSeparator: filled()
    .default(',')
    .describe(
      'What stands between the classes of a row in a multi-label task. JSON and Parquet may hold a list instead.',
    ),
  labels: z
    .array(filled())
    .min(2)
    .optional()
    .describe(
      'The classes, in the order that the model numbers them. Without it, they are the sorted labels of the training rows. A row with any other label is an error; of a folder with one folder a class, any other folder is left out.',
    ),
  maxRows: count(2)
    .optional()
    .describe(
      'Train on no more than this many rows, drawn with the seed and with every class in proportion: for a quick try.',
    ),
});

export const tokenizer = z.strictObject({
  type: z
    .enum(['word', 'character'])
    .default('word')
    .describe(
      'How a text is cut into tokens: word splits it at everything that is not part of a word, character makes each character a token.',
    ),
  lowercase: z.boolean().default(true).describe('Whether "Good" and "good" are the same word.'),
  stripHtml: z.boolean().default(true).describe('Whether HTML tags are removed before the text is cut.'),
  keepEmoticons: z
    .boolean()
    .default(true)
    .describe('Whether emoticons such as :-) are kept as tokens although they are not words.'),
  ngrams: count(1)
    .max(5)
    .default(1)
    .describe(
      'Up to so many neighbouring tokens make a further token of their own: 2 adds every pair. Only for the pooled model, which has no sense of order otherwise.',
    ),
  maxVocabulary: count(0)
    .default(25_000)
    .describe(
      'How many of the most frequent training words the model knows, padding and the unknown word not counted. 0 keeps all.',
    ),
  minFrequency: count(1)
    .default(1)
    .describe('A word must occur at least this often in the training texts to be known to the model.'),
  maxLength: count(1)
    .default(256)
    .describe('How many tokens of a text are read, from its start; the rest is cut off.'),
});
