import { type DataFormat, hasColumns } from '../protocol/data-formats';
import { knownEncoders } from './known-encoders';

export interface NewExperiment {
  name: string;
  /** The path of the data file or folder from the experiment's folder. */
  train: string;
  /** What the data is; a file of rows with columns by default. */
  format?: DataFormat;
  /** One column, or several to join. */
  text: readonly string[];
  label: string;
  /** The classes, where not all folders of a folder are classes. */
  labels?: readonly string[];
  /** Where a row has several labels: what stands between them. */
  labelSeparator?: string;
  model: string;
  /** The pretrained encoder, where the model is one; the one that is offered first by default. */
  encoder?: string;
  /** Texts to classify with the finished model. */
  examples: readonly string[];
}

/** The text of an experiment file for a person to go on from: the options that matter, each explained. */
export function newExperimentText(options: NewExperiment): string {
  const { name, model, encoder = knownEncoders[0]!.name, examples } = options;
  const { body, tokenizer, training } =
    model === 'pretrained' ? pretrained(encoder) : (models[model] ?? recurrent);
  const sections = [
    `  // What this experiment's runs are called.
  "name": ${JSON.stringify(name)},`,
    dataSection(options),
    ...(tokenizer ? [tokenizer] : []),
    `  "model": {
    "type": ${JSON.stringify(model)},
${body}
  },`,
    ...(training ? [training] : []),
    `  // Texts of your own to try the finished model on: click Predict above them.
  "examples": ${examples.length > 0 ? lines(examples) : '[]'}`,
  ];
  return `{\n${sections.join('\n\n')}\n}\n`;
}

function dataSection(options: NewExperiment): string {
  const { train, format = 'csv', labels } = options;
  const classes =
    labels === undefined
      ? ''
      : `
    // The folders that are classes: others are left out.
    "labels": ${list(labels)},`;
  return `  "data": {
    // ${sourceMeaning[format] ?? "The file to learn from; the path starts at this file's folder. Several files: [ … ]."}
    "train": ${JSON.stringify(train)},${hasColumns(format) ? columnOptions(options) : ''}${classes}
    // 20 % of the rows are not trained on: the model is judged on them.
    "validation": 0.2
    // A file that only the finished model is measured on: "test": "test.csv"
  },`;
}

const sourceMeaning: Partial<Record<DataFormat, string>> = {
  folder: 'The folder to learn from: it has one folder a class, in which each file is a text.',
  fasttext: 'The lines to learn from: __label__good What a film!',
};

function columnOptions({ text, label, labelSeparator }: NewExperiment): string {
  const columns = text.length === 1 ? JSON.stringify(text[0]) : list(text);
  const task =
    labelSeparator === undefined
      ? ''
      : `
    // A text can have several classes, or none; this stands between them.
    "task": "multi-label",
    "labelSeparator": ${JSON.stringify(labelSeparator)},`;
  return `
    // The column with the text (several are joined), and the one with the class.
    "text": ${columns},
    "label": ${JSON.stringify(label)},${task}`;
}

const tokenizerSection = `  "tokenizer": {
    // So many of the most frequent words are known; of each text, so many words are read.
    "maxVocabulary": 25000,
    "maxLength": 256
  },`;

/** What the model has of options, and the sections that it needs besides. */
interface ModelText {
  body: string;
  tokenizer?: string;
  training?: string;
}

const trainingSection = (learningRate: number) => `  "training": {
    // How often all rows are gone through, and how many make one step.
    "epochs": 5,
    "batchSize": 32,
    // How far each step moves the weights: lower it if the loss jumps, raise it if it hardly falls.
    "optimizer": { "type": "adam", "learningRate": ${learningRate} },
    // Training ends when two epochs in a row have not lowered the validation loss.
    "earlyStopping": { "monitor": "validation.loss", "patience": 2 }
  },`;

/** What networks that are trained from scratch need. */
const fromScratch = (learningRate: number) => ({
  tokenizer: tokenizerSection,
  training: trainingSection(learningRate),
});

const embedding = (
  size: number,
) => `    // The length of each word's vector. Known vectors: { "size": 100, "vectors": "glove.6B.100d" }.
    "embedding": { "size": ${size} },`;

const dropout = (share: number) =>
  `    // The share of values left out at random while training, so that the texts are not learnt by heart.
    "dropout": ${share}`;

const recurrent: ModelText = {
  body: `${embedding(64)}
    // The units of the network, which reads the words in turn. More learn more, slower.
    "hiddenSize": 64,
${dropout(0.2)}`,
  ...fromScratch(0.002),
};

const models: Readonly<Record<string, ModelText>> = {
  baseline: {
    body: `    // Single words and pairs of neighbours are counted.
    "wordNgrams": [1, 2],
    // How freely the weights follow the training rows: lower it if the rows are few or noisy.
    "strength": 10`,
  },
  pooled: {
    body: `${embedding(64)}
    // The units between the mean of the word vectors and the classes.
    "head": { "hiddenSize": 64 },
${dropout(0.2)}`,
    ...fromScratch(0.002),
  },
  cnn: {
    body: `${embedding(100)}
    // Filters that see so many neighbouring words, and how many there are of each width.
    "widths": [3, 4, 5],
    "filters": 100,
${dropout(0.5)}`,
    ...fromScratch(0.001),
  },
  rnn: recurrent,
  gru: recurrent,
  lstm: recurrent,
  transformer: {
    body: `${embedding(128)}
    // The length of the vectors between layers; "heads" must divide it.
    "hiddenSize": 128,
    "layers": 2,
    "heads": 4,
${dropout(0.1)}`,
    ...fromScratch(0.0005),
  },
};

const pretrained = (encoder: string): ModelText => ({
  body: `    // From the Hugging Face Hub, downloaded once; or a folder: "./my-encoder".
    "encoder": ${JSON.stringify(encoder)},
    // So many word pieces of each text are read: time grows with them. 0 is as many as the encoder can read.
    "maxLength": 256`,
  training: `  "training": {
    // A pretrained encoder learns a task in a few epochs.
    "epochs": 3,
    "batchSize": 16,
    // Small steps: larger ones would make it forget what it knows.
    "optimizer": { "type": "adamW", "learningRate": 2e-5 },
    // Epochs at the start that train the classifier on top alone: quick. 0 trains all from the beginning.
    "freezeEncoderEpochs": 0
  },`,
});

function list(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
}

function lines(values: readonly string[]): string {
  return `[\n${values.map((value) => `    ${JSON.stringify(value)}`).join(',\n')}\n  ]`;
}
