export interface NewExperiment {
  name: string;
  /** The data file's path from the experiment's folder. */
  train: string;
  /** One column, or several to join. */
  text: readonly string[];
  label: string;
  model: string;
  /** Texts to classify with the finished model. */
  examples: readonly string[];
}

/** The text of an experiment file for a person to go on from: the options that matter, each explained. */
export function newExperimentText({ name, train, text, label, model, examples }: NewExperiment): string {
  const columns = text.length === 1 ? JSON.stringify(text[0]) : list(text);
  return `{
  // What this experiment's runs are called.
  "name": ${JSON.stringify(name)},

  "data": {
    // The file to learn from; the path starts at this file's folder. Several files: [ … ].
    "train": ${JSON.stringify(train)},
    // The column with the text (several are joined), and the one with the class.
    "text": ${columns},
    "label": ${JSON.stringify(label)},
    // 20 % of the rows are not trained on: each epoch is judged on them.
    "validation": 0.2
    // A file that only the finished model is measured on: "test": "test.csv"
  },

  "tokenizer": {
    // So many of the most frequent words are known; of each text, so many words are read.
    "maxVocabulary": 25000,
    "maxLength": 256
  },

  "model": {
    // The network that reads the words in turn: "gru", "lstm" or "rnn".
    "type": ${JSON.stringify(model)},
    // The length of each word's vector, and the units of the network. Larger ones learn more, slower.
    "embedding": { "size": 64 },
    "hiddenSize": 64,
    // The share of values left out at random while training, so that the texts are not learnt by heart.
    "dropout": 0.2
  },

  "training": {
    // How often all rows are gone through, and how many make one step.
    "epochs": 5,
    "batchSize": 32,
    // How far each step moves the weights: lower it if the loss jumps, raise it if it hardly falls.
    "optimizer": { "type": "adam", "learningRate": 0.002 },
    // Training ends when two epochs in a row have not lowered the validation loss.
    "earlyStopping": { "monitor": "validation.loss", "patience": 2 }
  },

  // Texts of your own to try the finished model on: click Predict above them.
  "examples": ${examples.length > 0 ? lines(examples) : '[]'}
}
`;
}

function list(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
}

function lines(values: readonly string[]): string {
  return `[\n${values.map((value) => `    ${JSON.stringify(value)}`).join(',\n')}\n  ]`;
}
