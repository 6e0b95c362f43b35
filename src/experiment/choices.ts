/** What the values that an option can have mean, a line each: for completion, hovers and the pick of a model. */
const choices: Record<string, Record<string, string>> = {
  'data.format': {
    csv: 'Commas between the fields, a header row on top.',
    tsv: 'Tabs between the fields, a header row on top.',
    jsonl: 'JSON Lines: one JSON object a line.',
  },
  'tokenizer.type': {
    word: 'Words, split at everything that is not part of one.',
  },
  'model.type': {
    gru: 'Gated recurrent unit: about as accurate as an LSTM, and somewhat faster.',
    lstm: 'Long short-term memory: remembers furthest back; the slowest of the three.',
    rnn: 'Simple recurrent network: the fastest, for short texts.',
  },
  'model.pooling': {
    last: 'The state after the last token.',
    mean: 'The mean of the states at all tokens.',
    max: "Each unit's largest value over all tokens.",
  },
  'training.loss': {
    auto: 'bceWithLogits for two classes, crossEntropy for more.',
    crossEntropy: 'A score for each class.',
    bceWithLogits: 'One score, for two classes only.',
  },
  'training.earlyStopping.monitor': {
    'validation.loss': 'The lower the better; notices overfitting first.',
    'validation.accuracy': 'The share of rows that are classified rightly.',
    'validation.macroF1':
      'The mean of the F1 scores of all classes: small classes count as much as large ones.',
  },
};

/** The meaning of each value that the option at a dotted path can have. */
export function choicesOf(option: string): Readonly<Record<string, string>> {
  return choices[option] ?? {};
}
