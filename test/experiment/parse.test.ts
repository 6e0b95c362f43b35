import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import type { Problem } from '../../src/experiment/problems';

type Expected = { message: string; hint?: string; severity?: 'warning' };

/**
 * The expected places are marked in the text itself: each problem's stretch stands between ‹ and ›,
 * in the order of the expected problems.
 */
function check(marked: string, ...expected: Expected[]) {
  const { text, stretches } = unmark(marked);
  const { experiment, problems } = parseExperiment(text, 'dir/a.textclf.json');
  expect(problems.map(shown)).toEqual(
    expected.map(({ message, hint, severity = 'error' }, index) => ({
      severity,
      message,
      hint,
      stretch: stretches[index],
    })),
  );
  const failed = expected.some(({ severity }) => severity !== 'warning');
  expect(experiment === undefined).toBe(failed);
}

function shown({ severity, message, hint, place }: Problem) {
  expect(place.file).toBe('dir/a.textclf.json');
  return { severity, message, hint, stretch: [place.line, place.column, place.endLine, place.endColumn] };
}

/** Counts lines and columns one character at a time, apart from the code under test. */
function unmark(marked: string) {
  let [text, line, column] = ['', 1, 1];
  const stretches: number[][] = [];
  for (const character of marked) {
    if (character === '‹') stretches.push([line, column]);
    else if (character === '›') stretches.at(-1)?.push(line, column);
    else {
      text += character;
      if (character !== '\uFEFF') column += character.length;
      if (character === '\n') [line, column] = [line + 1, 1];
    }
  }
  return { text, stretches };
}

const base = '"data": { "train": "a.csv" }, "model": { "type": "lstm" }';
const withTraining = (training: string) => `{ ${base},\n  "training": ${training} }`;
const withModel = (model: string) => `{ "data": { "train": "a.csv" },\n  "model": ${model} }`;
const withData = (data: string) => `{ "model": { "type": "gru" },\n  "data": ${data} }`;

describe('files that are fine', () => {
  it.each([
    ['the least', `{ ${base} }`],
    ['a byte-order mark', `\uFEFF{ ${base} }`],
    ['comments and trailing commas', `// hello\n{ /* a */ ${base}, }\n// bye`],
    ['a $schema', `{ "$schema": "./x.json", ${base} }`],
    ['lists of files', withData('{ "train": ["a.csv", "b.csv"], "validation": ["c.csv"], "test": "d.csv" }')],
    ['several text columns', withData('{ "train": "a.csv", "text": ["title", "body"] }')],
    ['no early stopping', withTraining('{ "earlyStopping": null }')],
    ['early stopping by default', withTraining('{ "earlyStopping": {} }')],
    [
      'nesterov with momentum',
      withTraining('{ "optimizer": { "type": "sgd", "momentum": 0.9, "nesterov": true } }'),
    ],
    ['Windows line ends', `{\r\n${base}\r\n}\r\n`],
  ])('%s', (_, text) => check(text));
});

describe('files that are no JSON', () => {
  const empty = {
    message: 'The experiment file is empty.',
    hint: 'Start with { "data": { "train": "train.csv" }, "model": { "type": "lstm" } }.',
  };
  it.each<[string, string, Expected]>([
    ['empty', '‹›', empty],
    ['only a byte-order mark', '\uFEFF‹›', empty],
    ['only comments', '‹›// later\n/* more */\n', empty],
    [
      'an unclosed comment',
      '‹/* later›',
      { message: 'This comment is not closed.', hint: 'End it with */.' },
    ],
    ['a missing comma', `{ ${base}\n  ‹"name"›: "x" }`, { message: 'A comma is missing before this.' }],
    [
      'a missing colon',
      `{ "name" ‹"x"›, ${base} }`,
      { message: 'A colon is missing before this.', hint: 'Write "key": value.' },
    ],
    [
      'an unclosed text',
      `{ ${base},\n "name": ‹"x›\n }`,
      {
        message: 'This text is not closed on its line.',
        hint: 'End it with a double quote; write a line break inside it as \\n.',
      },
    ],
    [
      'single quotes',
      `{ ‹'name'›: "x", ${base} }`,
      {
        message: 'This is not a JSON value.',
        hint: 'Texts stand in double quotes; other values are numbers, true, false, null, [ … ] and { … }.',
      },
    ],
    [
      'a Windows path',
      `{ "data": { "train": ‹"a\\d.csv"› } }`,
      {
        message: 'This text has a backslash that JSON does not know.',
        hint: 'Write a backslash as \\\\; in paths, / works everywhere.',
      },
    ],
    [
      'text after the end',
      `{ ${base} } ‹{›}`,
      { message: 'The experiment has ended before this.', hint: 'Remove what follows its closing brace.' },
    ],
    [
      'a byte-order mark does not shift columns',
      '\uFEFF{ "name" ‹"x"› }',
      { message: 'A colon is missing before this.', hint: 'Write "key": value.' },
    ],
    [
      'hostile nesting',
      `${'['.repeat(64)}‹[›${'['.repeat(100_000)}`,
      { message: 'Brackets nest too deep here.' },
    ],
  ])('%s', (_, text, expected) => check(text, expected));

  it('an unclosed brace is reported at the end', () => {
    const { problems } = parseExperiment('{\n "name": "x"\n', 'a.textclf.json');
    expect(problems.map(({ message }) => message)).toEqual(['A closing brace } is missing.']);
  });
});

describe('values that do not fit', () => {
  it.each<[string, string, Expected]>([
    ['a list', '‹[1, 2]›', { message: 'The experiment must be an object { … }, not a list of 2.' }],
    ['a number', '‹3›', { message: 'The experiment must be an object { … }, not 3.' }],
    [
      'a wrong enum value',
      withModel('{ "type": ‹"lsmt"› }'),
      {
        message:
          '"model.type" must be "baseline", "pretrained", "pooled", "cnn", "rnn", "gru", "lstm" or "transformer", not "lsmt".',
        hint: 'Did you mean "lstm"?',
      },
    ],
    [
      'a shortened enum value',
      withTraining('{ "earlyStopping": { "monitor": ‹"accuracy"› } }'),
      {
        message:
          '"training.earlyStopping.monitor" must be "validation.accuracy", "validation.prAuc", "validation.loss", "validation.rocAuc" or one of 15 other words, not "accuracy".',
        hint: 'Did you mean "validation.accuracy"?',
      },
    ],
    [
      'an unknown optimizer',
      withTraining('{ "optimizer": { "type": ‹"adamw"› } }'),
      {
        message:
          '"training.optimizer.type" must be "adam", "adamW", "nadam", "radam", "rmsprop", "adagrad" or "sgd", not "adamw".',
        hint: 'Did you mean "adamW"?',
      },
    ],
    [
      'an unknown tokenizer',
      `{ ${base}, "tokenizer": { "type": ‹"bpe"› } }`,
      { message: '"tokenizer.type" must be "word" or "character", not "bpe".' },
    ],
    [
      'a number as text',
      withModel('{ "type": "rnn", "hiddenSize": ‹"64"› }'),
      {
        message: '"model.hiddenSize" must be a whole number that is at least 1, not "64".',
        hint: 'Write it without the quotes: 64.',
      },
    ],
    [
      'a switch as text',
      withModel('{ "type": "rnn", "bidirectional": ‹"true"› }'),
      {
        message: '"model.bidirectional" must be true or false, not "true".',
        hint: 'Write it without the quotes: true.',
      },
    ],
    [
      'a text as number',
      withData('{ "train": "a.csv", "label": ‹3› }'),
      {
        message: '"data.label" must be a text that is not empty or a list of at least 2 texts, not 3.',
        hint: 'If it is meant, put it in double quotes: "3".',
      },
    ],
    [
      'a fraction of layers',
      withModel('{ "type": "rnn", "layers": ‹1.5› }'),
      { message: '"model.layers" must be a whole number that is at least 1 and at most 8, not 1.5.' },
    ],
    [
      'too many layers',
      withModel('{ "type": "rnn", "layers": ‹9› }'),
      { message: '"model.layers" must be a whole number that is at least 1 and at most 8, not 9.' },
    ],
    [
      'dropout of everything',
      withModel('{ "type": "rnn", "dropout": ‹1› }'),
      { message: '"model.dropout" must be a number that is at least 0 and below 1, not 1.' },
    ],
    [
      'a momentum that never ends',
      withTraining('{ "optimizer": { "type": "sgd", "momentum": ‹1› } }'),
      { message: '"training.optimizer.momentum" must be a number that is at least 0 and below 1, not 1.' },
    ],
    [
      'more threads than any machine has',
      `{ ${base}, "runtime": { "threads": ‹257› } }`,
      { message: '"runtime.threads" must be a whole number that is at least 0 and at most 256, not 257.' },
    ],
    [
      'an endless number',
      withTraining('{ "gradientClip": ‹1e999› }'),
      {
        message:
          '"training.gradientClip" must be a number that is at least 0, not a number too large to compute with.',
      },
    ],
    [
      'a validation share of all',
      withData('{ "train": "a.csv", "validation": ‹1› }'),
      {
        message:
          '"data.validation" must be a number that is above 0 and below 1, a text that is not empty, a list of at least 1 text or an object { … }, not 1.',
      },
    ],
    [
      'a switch for files',
      withData('{ "train": ‹true› }'),
      {
        message: '"data.train" must be a text that is not empty or a list of at least 1 text, not true.',
        hint: 'If it is meant, put it in double quotes: "true".',
      },
    ],
    [
      'an empty list of files',
      withData('{ "train": ‹[]› }'),
      {
        message:
          '"data.train" must be a text that is not empty or a list of at least 1 text, not an empty list.',
      },
    ],
    [
      'one label only',
      withData('{ "train": "a.csv", "labels": ‹["x"]› }'),
      { message: '"data.labels" must be a list of at least 2 texts, not a list of 1.' },
    ],
    [
      'a null',
      withModel('{ "type": "gru", "head": ‹null› }'),
      { message: '"model.head" must be an object { … }, not null.' },
    ],
    [
      'a number for early stopping',
      withTraining('{ "earlyStopping": ‹3› }'),
      { message: '"training.earlyStopping" must be an object { … } or null, not 3.' },
    ],
    [
      'a blank name',
      `{ "name": ‹"  "›, ${base} }`,
      { message: '"name" must be a text that is not empty, not "  ".' },
    ],
    [
      'after a wide character',
      `{ "name": "😀", "examples": ‹3›, ${base} }`,
      { message: '"examples" must be a list of texts, not 3.' },
    ],
    [
      'a number as enum value',
      withModel('{ "type": ‹3› }'),
      {
        message:
          '"model.type" must be "baseline", "pretrained", "pooled", "cnn", "rnn", "gru", "lstm" or "transformer", not 3.',
      },
    ],
    [
      'only the kind of optimizer',
      withTraining('{ "optimizer": ‹"sgd"› }'),
      {
        message: '"training.optimizer" must be an object { … }, not "sgd".',
        hint: 'Write { "type": "sgd" }.',
      },
    ],
    [
      'only the kind of model',
      `{ "data": { "train": "a.csv" }, "model": ‹"LSTM"› }`,
      { message: '"model" must be an object { … }, not "LSTM".', hint: 'Write { "type": "lstm" }.' },
    ],
  ])('%s', (_, text, expected) => check(text, expected));

  it('several in one list', () =>
    check(
      withData('{ "train": ["a.csv", ‹1›, ‹""›] }'),
      {
        message: '"data.train[1]" must be a text that is not empty, not 1.',
        hint: 'If it is meant, put it in double quotes: "1".',
      },
      { message: '"data.train[2]" must be a text that is not empty, not "".' },
    ));
});

describe('keys', () => {
  it.each<[string, string, Expected]>([
    [
      'a typing slip',
      withModel('{ "type": "lstm", ‹"hidenSize"›: 3 }'),
      { message: 'Unknown key "hidenSize" in "model".', hint: 'Did you mean "hiddenSize"?' },
    ],
    [
      'another spelling',
      withTraining('{ ‹"batch_size"›: 3 }'),
      { message: 'Unknown key "batch_size" in "training".', hint: 'Did you mean "batchSize"?' },
    ],
    [
      'in the wrong object',
      `{ ${base}, ‹"epochs"›: 3 }`,
      { message: 'Unknown key "epochs".', hint: '"epochs" belongs in "training".' },
    ],
    [
      'at home in two objects',
      `{ ${base}, ‹"hiddenSize"›: 3 }`,
      { message: 'Unknown key "hiddenSize".', hint: '"hiddenSize" belongs in "model" or "model.head".' },
    ],
    [
      'of another optimizer',
      withTraining('{ "optimizer": { "type": "adam", ‹"momentum"›: 0.9 } }'),
      {
        message: 'Unknown key "momentum" in "training.optimizer".',
        hint: 'Remove it, or use "learningRate", "beta1", "beta2", "epsilon" or "weightDecay".',
      },
    ],
    [
      'like nothing known',
      `{ ${base}, "runtime": { ‹"zebra"›: 1 } }`,
      {
        message: 'Unknown key "zebra" in "runtime".',
        hint: 'Remove it, or use "engine", "device", "precision" or "threads".',
      },
    ],
    [
      'named like a method',
      `{ ${base}, "runtime": { ‹"constructor"›: 1 } }`,
      {
        message: 'Unknown key "constructor" in "runtime".',
        hint: 'Remove it, or use "engine", "device", "precision" or "threads".',
      },
    ],
    [
      'that JavaScript would swallow',
      `{ ${base}, "runtime": { ‹"__proto__"›: { "threads": 2 } } }`,
      {
        message: 'Unknown key "__proto__" in "runtime".',
        hint: 'Remove it, or use "engine", "device", "precision" or "threads".',
      },
    ],
    [
      'twice',
      withTraining('{ "epochs": 3,\n ‹"epochs"›: 4 }'),
      { message: 'The key "epochs" stands twice in the same object.', hint: 'Remove one of the two.' },
    ],
    [
      'missing: the model',
      '‹{› "data": { "train": "a.csv" } }',
      { message: '"model" is missing.', hint: 'Add "model": { "type": "baseline" }.' },
    ],
    [
      'missing: the data',
      '‹{› "model": { "type": "rnn" } }',
      { message: '"data" is missing.', hint: 'Add "data": { "train": "…" }.' },
    ],
    [
      'missing: the training file',
      withData('‹{› "test": "b.csv" }'),
      {
        message: '"data.train" is missing.',
        hint: 'Add "train": "…", or a data set of the Hugging Face Hub: "hub": { "dataset": "…" }.',
      },
    ],
    [
      'missing: the kind of model',
      withModel('‹{› "layers": 2 }'),
      {
        message: '"model.type" is missing.',
        hint: 'Add "type": "baseline", "pretrained", "pooled", "cnn", "rnn", "gru", "lstm" or "transformer".',
      },
    ],
    [
      'missing: the kind of optimizer',
      withTraining('{ "optimizer": ‹{› "learningRate": 0.1 } }'),
      {
        message: '"training.optimizer.type" is missing.',
        hint: 'Add "type": "adam", "adamW", "nadam", "radam", "rmsprop", "adagrad" or "sgd".',
      },
    ],
  ])('%s', (_, text, expected) => check(text, expected));
});

it('an unknown key like nothing else names the keys that are free', () =>
  check(`{ ${base}, "name": "x", ‹"zygote"›: 1 }`, {
    message: 'Unknown key "zygote".',
    hint: 'Remove it, or use "tokenizer", "training", "search", "runtime" or "examples".',
  }));

describe('fields that contradict each other', () => {
  const nesterov = '{ "optimizer": { "type": "sgd", "nesterov": ‹true› } }';
  const threeLabels = '"data": { "train": "a.csv", "labels": ["x", "y", "z"] }, "model": { "type": "gru" }';
  const unseen = 'Judge the model on rows that it has not seen, or the figures mean nothing.';
  it.each<[string, string, Expected]>([
    [
      'nesterov without momentum',
      withTraining(nesterov),
      {
        message: "Nesterov's momentum needs a momentum.",
        hint: 'Add "momentum": 0.9, or leave "nesterov" out.',
      },
    ],
    [
      'a decay of everything',
      withTraining('{ "optimizer": { "type": "adamW", "learningRate": 2, "weightDecay": ‹0.5› } }'),
      {
        message:
          'A "learningRate" of 2 times a "weightDecay" of 0.5 takes the whole of every weight away at each step.',
        hint: 'Lower one of them: their product must be below 1, and is mostly below 0.01.',
      },
    ],
    [
      'BCE for three classes',
      `{ ${threeLabels}, "training": { "loss": ‹"bceWithLogits"› } }`,
      {
        message: '"bceWithLogits" tells two classes apart, but "data.labels" names 3.',
        hint: 'Use "crossEntropy", or "auto".',
      },
    ],
    [
      'a threshold for three classes',
      `{ ${threeLabels}, "training": { "threshold": ‹"auto"› } }`,
      {
        message:
          'A threshold is for two classes or several labels a text, but "data.labels" names 3 classes.',
        hint: 'Leave "threshold" out: each text gets its most probable class.',
      },
    ],
    [
      'cross-entropy for several labels a text',
      `{ "data": { "train": "a.csv", "task": "multi-label" }, "model": { "type": "gru" }, "training": { "loss": ‹"crossEntropy"› } }`,
      {
        message: '"crossEntropy" gives each text exactly one class, but the task is multi-label.',
        hint: 'Use "bceWithLogits", or "auto".',
      },
    ],
    [
      'a gamma without a focal loss',
      withTraining('{ "focalGamma": ‹3› }'),
      {
        severity: 'warning',
        message: 'The loss is "auto": only the focal loss has a gamma.',
        hint: 'Set "loss" to "focal", or leave "focalGamma" out.',
      },
    ],
    [
      'clipping by value at no value',
      withTraining('{ "gradientClipBy": ‹"value"› }'),
      {
        severity: 'warning',
        message: 'The gradient is not clipped at all: "gradientClip" is 0.',
        hint: 'Set "gradientClip", or leave "gradientClipBy" out.',
      },
    ],
    [
      'a step after the last epoch',
      withTraining('{ "epochs": 4, "scheduler": { "type": "step", "every": ‹4› } }'),
      {
        severity: 'warning',
        message: 'The learning rate never falls: it would after 4 epochs, of 4 in all.',
        hint: 'Lower "every", or raise "epochs".',
      },
    ],
    [
      'a milestone after the last epoch',
      withTraining('{ "epochs": 4, "scheduler": { "type": "multiStep", "milestones": [2, ‹4›] } }'),
      {
        severity: 'warning',
        message: 'Training is over by then: there are 4 epochs.',
        hint: 'Name epochs before the last one, or raise "epochs".',
      },
    ],
    [
      'milestones in disorder',
      withTraining('{ "epochs": 9, "scheduler": { "type": "multiStep", "milestones": [5, ‹2›] } }'),
      {
        severity: 'warning',
        message: 'Epoch 2 stands behind epoch 5.',
        hint: 'Name each epoch once, the earliest first.',
      },
    ],
    [
      'a plateau that is never over',
      withTraining('{ "epochs": 6, "scheduler": { "type": "reduceOnPlateau", "patience": ‹4› } }'),
      {
        severity: 'warning',
        message:
          'The learning rate never falls: with a patience of 4 that takes at least 7 epochs, and there are 6.',
        hint: 'Lower "patience", or raise "epochs".',
      },
    ],
    [
      'a label twice',
      withData('{ "train": "a.csv", "labels": ["x", "y", ‹"x"›] }'),
      { message: 'The label "x" stands twice.', hint: 'Name each class once.' },
    ],
    [
      'the label as text',
      withData('{ "train": "a.csv", "text": ‹["title", "label"]› }'),
      {
        message: 'The column "label" is both text and label: the model would read the answer.',
        hint: 'Name different columns in "text" and "label".',
      },
    ],
    [
      'patience without end',
      withTraining('{ "epochs": 4, "earlyStopping": { "patience": ‹4› } }'),
      {
        severity: 'warning',
        message: "Training can't stop early: it would wait for 4 epochs without improvement, of 4 in all.",
        hint: 'Lower "patience", or raise "epochs".',
      },
    ],
    [
      'patience by default',
      withTraining('{ "epochs": 2, "earlyStopping": ‹{›} }'),
      {
        severity: 'warning',
        message: "Training can't stop early: it would wait for 3 epochs without improvement, of 2 in all.",
        hint: 'Lower "patience", or raise "epochs".',
      },
    ],
    [
      'frozen at random',
      withModel('{ "type": "gru", "embedding": { "frozen": ‹true› } }'),
      {
        severity: 'warning',
        message: 'The word vectors are frozen, but start at random: no word would ever get a meaning.',
        hint: 'Name a file of word vectors in "vectors", or leave "frozen" out.',
      },
    ],
    [
      'tested on what was trained on',
      withData('{ "train": ["a.csv", "b.csv"], "test": ‹"b.csv"› }'),
      { severity: 'warning', message: 'The file "b.csv" is trained on too.', hint: unseen },
    ],
    [
      'validated on what was trained on',
      withData('{ "train": "a.csv", "validation": ["v.csv", ‹"a.csv"›] }'),
      { severity: 'warning', message: 'The file "a.csv" is trained on too.', hint: unseen },
    ],
  ])('%s', (_, text, expected) => check(text, expected));

  it('patience below the epochs is fine', () =>
    check(withTraining('{ "epochs": 4, "earlyStopping": { "patience": 3 } }')));
  it('a step, milestones and a plateau within the epochs are fine', () => {
    check(withTraining('{ "epochs": 4, "scheduler": { "type": "step", "every": 3 } }'));
    check(withTraining('{ "epochs": 4, "scheduler": { "type": "multiStep", "milestones": [1, 3] } }'));
    check(withTraining('{ "epochs": 7, "scheduler": { "type": "reduceOnPlateau", "patience": 4 } }'));
  });
  it('BCE for several labels a text is fine', () =>
    check(
      `{ ${threeLabels.replace('"labels"', '"task": "multi-label", "labels"')}, "training": { "loss": "bceWithLogits" } }`,
    ));
  it('the same learning rate and decay are fine where the decay goes through the gradient', () =>
    check(withTraining('{ "optimizer": { "type": "adam", "learningRate": 2, "weightDecay": 0.5 } }')));
  it('a decay of almost everything is fine', () =>
    check(withTraining('{ "optimizer": { "type": "adamW", "learningRate": 1, "weightDecay": 0.99 } }')));
  it('a threshold for two named classes is fine', () =>
    check(`{ ${threeLabels.replace(', "z"', '')}, "training": { "threshold": 0.3 } }`));
  it('a threshold for several labels is fine', () =>
    check(
      `{ ${threeLabels.replace('"labels"', '"task": "multi-label", "labels"')}, "training": { "threshold": 0.3 } }`,
    ));
  it('BCE for two named classes is fine', () =>
    check(`{ ${threeLabels.replace(', "z"', '')}, "training": { "loss": "bceWithLogits" } }`));
});

it('problems come in the order of the file', () =>
  check(
    '‹{›\n  ‹"modle"›: {},\n  "data": { "train": "a.csv", "validation": "v.csv", ‹"lable"›: "x" },\n  "training": { "epochs": ‹0› }\n}',
    { message: '"model" is missing.', hint: 'Add "model": { "type": "baseline" }.' },
    { message: 'Unknown key "modle".', hint: 'Did you mean "model"?' },
    { message: 'Unknown key "lable" in "data".', hint: 'Did you mean "label"?' },
    { message: '"training.epochs" must be a whole number that is at least 1, not 0.' },
  ));
