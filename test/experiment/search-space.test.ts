import { describe, expect, it } from 'vitest';
import { allOptions, withSettings } from '../../src/experiment/options';
import { parseExperiment } from '../../src/experiment/parse';
import { plannedRuns } from '../../src/experiment/planned-runs';
import { resolveTrial } from '../../src/experiment/search-space';
import { planGroup } from '../../src/search/plan';
import { seededRandom } from '../runs/support';

const lstm = '"data": { "train": "a.csv" }, "model": { "type": "lstm" }';

function withSearch(search: string, rest = lstm): string {
  return `{ ${rest}, "search": ${search} }`;
}

/** Each problem as `severity: message`, and the text that it marks. */
function problemsOf(text: string) {
  return parseExperiment(text, 'a.textclf.json').problems.map(({ severity, message, hint, place }) => {
    expect(place.line).toBe(1);
    return {
      text: `${severity}: ${message}`,
      hint,
      marked: text.slice(place.column! - 1, place.endColumn! - 1),
    };
  });
}

describe('a search that is fine', () => {
  it.each([
    ['a list', '{ "options": { "model.hiddenSize": [32, 64] } }'],
    ['a range', '{ "options": { "model.dropout": { "from": 0, "to": 0.5 } } }'],
    [
      'a log range',
      '{ "options": { "training.optimizer.learningRate": { "from": 1e-4, "to": 0.1, "scale": "log" } } }',
    ],
    ['a whole range', '{ "strategy": "grid", "options": { "model.layers": { "from": 1, "to": 8 } } }'],
    [
      'a grid with steps',
      '{ "strategy": "grid", "options": { "model.dropout": { "from": 0, "to": 0.5, "step": 0.1 } } }',
    ],
    [
      'whole objects',
      '{ "options": { "training.optimizer": [{ "type": "sgd", "momentum": 0.9 }, { "type": "adam" }] } }',
    ],
    ['the type of the model', '{ "options": { "model.type": ["lstm", "gru", "cnn"] } }'],
    ['lists as values', '{ "options": { "data.text": ["title", ["title", "body"]] } }'],
    ['null as a value', '{ "options": { "training.earlyStopping": [null, {}] } }'],
    ['an object and what is in it', '{ "options": { "model.head": [{}], "model.head.hiddenSize": [0, 8] } }'],
  ])('%s', (_, search) => {
    expect(problemsOf(withSearch(search))).toEqual([]);
  });

  it('has values that fit only with others of the search', () => {
    const options = '{ "model.type": ["lstm", "transformer"], "model.heads": [2, 4] }';
    expect(problemsOf(withSearch(`{ "options": ${options} }`)).map(({ text }) => text)).toEqual([
      'warning: 2 of the 4 combinations are not possible and left out. With model.type "lstm", model.heads 2: Unknown key "heads" in "model".',
    ]);
  });
});

describe('what is wrong in a search', () => {
  const rows: [what: string, options: string, message: string, marked: string, hint?: RegExp][] = [
    ['no option', '{}', 'The search has no option to try.', '{}'],
    [
      'a slip in an option',
      '{ "model.hidenSize": [1] }',
      'There is no option "model.hidenSize".',
      '"model.hidenSize"',
      /Did you mean "model.hiddenSize"\?/,
    ],
    [
      'an option without its path',
      '{ "learningRate": [1] }',
      'There is no option "learningRate".',
      '"learningRate"',
      /Did you mean "training.optimizer.learningRate"\?/,
    ],
    [
      'a part of every object',
      '{ "constructor": [1] }',
      'There is no option "constructor".',
      '"constructor"',
    ],
    ['a name', '{ "name": ["a"] }', 'A search cannot vary "name".', '"name"'],
    [
      'repetitions',
      '{ "training.repeat": [2] }',
      'A search cannot vary "training.repeat".',
      '"training.repeat"',
    ],
    [
      'the data set of the Hub',
      '{ "data.hub.dataset": ["a/b", "c/d"] }',
      'A search cannot vary "data.hub.dataset".',
      '"data.hub.dataset"',
    ],
    [
      'all that may hold one',
      '{ "data": [{ "train": "a.csv" }, { "hub": { "dataset": "a/b" } }] }',
      'A search cannot vary "data".',
      '"data"',
    ],
    ['itself', '{ "search.trials": [2] }', 'A search cannot vary "search.trials".', '"search.trials"'],
    [
      'a value out of range',
      '{ "model.layers": [1, 99] }',
      '"model.layers" must be a whole number that is at least 1 and at most 8, not 99.',
      '99',
    ],
    [
      'an end out of range',
      '{ "model.layers": { "from": 1, "to": 99 } }',
      '"model.layers" must be a whole number that is at least 1 and at most 8, not 99.',
      '99',
    ],
    [
      'a part of a whole number',
      '{ "model.layers": { "from": 1, "to": 3, "step": 0.5 } }',
      '"model.layers" must be a whole number that is at least 1 and at most 8, not 1.5.',
      '0.5',
    ],
    [
      'a range backwards',
      '{ "model.dropout": { "from": 0.5, "to": 0 } }',
      'The range ends at 0, but starts at 0.5.',
      '0',
    ],
    [
      'the logarithm of nothing',
      '{ "model.dropout": { "from": 0, "to": 0.5, "scale": "log" } }',
      'A log scale has no 0.',
      '0',
    ],
    [
      'steps on a log scale',
      '{ "model.dropout": { "from": 0.1, "to": 0.5, "scale": "log", "step": 0.1 } }',
      'A log scale has no even steps.',
      '0.1',
    ],
    [
      'steps without number',
      '{ "model.dropout": { "from": 0, "to": 0.5, "step": 1e-300 } }',
      'The step cuts the range into more than 10000 parts.',
      '1e-300',
    ],
    [
      'a step over the end',
      '{ "model.layers": { "from": 1, "to": 2, "step": 3 } }',
      'The step is longer than the range.',
      '3',
    ],
    [
      'a range of words',
      '{ "model.pooling": { "from": 0, "to": 1 } }',
      '"model.pooling" is no number: it has no range.',
      '{ "from": 0, "to": 1 }',
    ],
    ['a value twice', '{ "model.layers": [1, 2, 1] }', 'The value "1" stands twice.', '1'],
    [
      'an option of another type',
      '{ "training.optimizer.momentum": [0.9] }',
      '"training.optimizer" has no "momentum" here.',
      '"training.optimizer.momentum"',
      /Only "rmsprop", "sgd" have it/,
    ],
    [
      'an option of an object that is off',
      '{ "training.earlyStopping.patience": [1, 2] }',
      '"training.earlyStopping" is not set: there is no "patience" to vary.',
      '"training.earlyStopping.patience"',
    ],
    [
      'folds where there are none',
      '{ "data.validation.folds": [3, 5] }',
      '"data.validation" is not set: there is no "folds" to vary.',
      '"data.validation.folds"',
    ],
    [
      'folds in a trial',
      '{ "data.validation": [0.2, { "folds": 3 }] }',
      'Every trial is one run: it cannot be a cross-validation.',
      '{ "folds": 3 }',
    ],
    [
      'values that break a rule',
      '{ "data.labels": [["a", "a"]] }',
      'The label "a" stands twice.',
      '["a", "a"]',
    ],
  ];
  it.each(rows)('%s', (_, options, message, marked, hint) => {
    const [problem, ...others] = problemsOf(withSearch(`{ "options": ${options} }`));
    expect(problem).toMatchObject({ text: `error: ${message}`, marked });
    expect(others).toEqual([]);
    if (hint) expect(problem!.hint).toMatch(hint);
  });

  it('a grid over all numbers of a range', () => {
    const [problem] = problemsOf(
      withSearch('{ "strategy": "grid", "options": { "model.dropout": { "from": 0, "to": 0.5 } } }'),
    );
    expect(problem).toMatchObject({ text: 'error: A grid cannot try all numbers of a range.' });
  });

  it('a grid that nobody could wait for', () => {
    const values = '{ "from": 1, "to": 1000 }';
    const options = `{ "model.hiddenSize": ${values}, "model.embedding.size": ${values} }`;
    const [problem] = problemsOf(withSearch(`{ "strategy": "grid", "options": ${options} }`));
    expect(problem).toMatchObject({ text: 'error: The grid has 1000000 combinations.', marked: options });
  });

  it('is told for whatever is written, and what is not told can be trained', () => {
    const seed = Math.floor(Math.random() * 1e9);
    const random = seededRandom(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
    const junk = [0, -1, 1e300, 'mean', 'transformer', true, null, {}, [], [1, 2]];
    const some = <T>(make: () => T) => Array.from({ length: 1 + Math.floor(random() * 2) }, make);
    const valueFor = (option: string) => {
      const node = pick(allOptions().get(option)?.nodes ?? [{}]);
      if (random() < 0.1) return pick(junk);
      if (node.enum) return pick(node.enum);
      if (node.properties) return { type: pick(['sgd', 'cnn', 'linear']) };
      return node.type === 'string' ? 'adam' : node.type === 'boolean' ? true : pick([1, 2, 0.5]);
    };
    const values = (option: string) =>
      random() < 0.6
        ? some(() => valueFor(option))
        : {
            from: pick([0.25, 1, 2, -5]),
            to: pick([1, 4, 0.5]),
            step: pick([1, 0.25, undefined]),
            scale: pick(['log', 'linear', undefined]),
          };
    const names = [...allOptions().keys(), 'toString', 'model.x'];
    let sound = 0;
    // Most are wrong somewhere: on until enough are sound.
    for (let round = 0; round < 6000 && sound < 30; round++) {
      const options = Object.fromEntries(some(() => pick(names)).map((option) => [option, values(option)]));
      const search = { strategy: pick(['grid', 'random']), options };
      const model = { type: pick(['lstm', 'cnn', 'pooled', 'transformer']) };
      const text = JSON.stringify({ data: { train: 'a.csv' }, model, search });
      const { experiment, written, problems } = parseExperiment(text, 'a.json');
      if (!experiment || problems.length > 0) continue;
      sound++;
      const { variants, experimentOf } = planGroup(experiment, written)!;
      let left = 20;
      for (const { settings } of variants) {
        if (left-- === 0) break;
        const errors = experimentOf(settings, 'trial').findings.filter(
          ({ severity }) => severity === 'error',
        );
        expect(errors, `seed ${seed}: ${text} ${JSON.stringify(settings)}`).toEqual([]);
      }
    }
    expect(sound, `seed ${seed}`).toBe(30);
  });

  it('no combination that is possible', () => {
    const options =
      '{ "training.optimizer.learningRate": [50], "training.optimizer.weightDecay": [0.5, 0.9] }';
    const adamW = `${lstm}, "training": { "optimizer": { "type": "adamW" } }`;
    const [problem] = problemsOf(withSearch(`{ "options": ${options} }`, adamW));
    expect(problem?.text).toMatch(/^error: None of the 2 combinations is possible\. With .*takes the whole/);
    expect(problem?.marked).toBe(options);
  });
});

describe('a search beside other options', () => {
  const search = '{ "options": { "model.layers": [1, 2] } }';
  it.each([
    [
      'repetitions',
      withSearch(search, `${lstm}, "training": { "repeat": 2 }`),
      'error: A search trains each setting once: it cannot be repeated.',
      '2',
    ],
    [
      'folds',
      withSearch(
        search,
        '"data": { "train": "a", "validation": { "folds": 3 } }, "model": { "type": "gru" }',
      ),
      'error: A search judges each trial on the same rows: it cannot be a cross-validation.',
      '{ "folds": 3 }',
    ],
    [
      'a first check after the last epoch',
      withSearch('{ "options": { "model.layers": [1, 2] }, "halving": { "firstEpoch": 5 } }'),
      'warning: No trial is stopped early: the first check would be after epoch 5, of 5 in all.',
      '{ "firstEpoch": 5 }',
    ],
    [
      'a fold that there is not',
      '{ "data": { "train": "a", "validation": { "folds": 3, "fold": 4 } }, "model": { "type": "gru" } }',
      'error: There is no fold 4: there are 3.',
      '4',
    ],
  ])('%s', (_, text, message, marked) => {
    expect(problemsOf(text)).toMatchObject([{ text: message, marked }]);
  });
});

describe('settings put into an experiment', () => {
  const written = { data: { train: 'a.csv' }, model: { type: 'lstm', head: { hiddenSize: 3 } } };

  it('override what is written, and leave it as it was', () => {
    const before = structuredClone(written);
    expect(withSettings(written, { 'model.head.hiddenSize': 9 })).toEqual({
      data: { train: 'a.csv' },
      model: { type: 'lstm', head: { hiddenSize: 9 } },
    });
    expect(written).toEqual(before);
  });

  it('bring the objects that they are in, of the standard type', () => {
    expect(withSettings(written, { 'training.optimizer.beta1': 0.8 })).toEqual({
      ...written,
      training: { optimizer: { type: 'adam', beta1: 0.8 } },
    });
  });

  it('put an object before what is in it, in whatever order they come', () => {
    const settings = { 'training.optimizer.momentum': 0.5, 'training.optimizer': { type: 'sgd' } };
    expect(withSettings(written, settings)).toMatchObject({
      training: { optimizer: { type: 'sgd', momentum: 0.5 } },
    });
  });

  it('have nowhere to go in what is no object', () => {
    expect(
      withSettings({ training: { earlyStopping: null } }, { 'training.earlyStopping.patience': 1 }),
    ).toBe(undefined);
  });

  it('get the defaults of the type that they bring', () => {
    const { experiment } = resolveTrial(written, { 'training.optimizer.type': 'nadam' }, 'a');
    expect(experiment?.training.optimizer).toMatchObject({ type: 'nadam', learningRate: 0.002 });
  });
});

describe('how many runs an experiment makes', () => {
  const planned = (text: string) => plannedRuns(parseExperiment(text, 'a.json').experiment!);
  const dropout = '"model.dropout": { "from": 0, "to": 0.5 }';
  it.each([
    ['one', `{ ${lstm} }`, undefined],
    [
      'a grid',
      withSearch(
        '{ "strategy": "grid", "options": { "model.layers": [1, 2], "model.hiddenSize": [8, 9, 10] } }',
      ),
      6,
    ],
    [
      'a grid cut short',
      withSearch('{ "strategy": "grid", "trials": 4, "options": { "model.layers": [1, 2, 3, 4, 5] } }'),
      4,
    ],
    [
      'a grid of steps',
      withSearch(
        '{ "strategy": "grid", "options": { "model.dropout": { "from": 0, "to": 0.3, "step": 0.1 } } }',
      ),
      4,
    ],
    ['a random search', withSearch(`{ "options": { ${dropout} } }`), 20],
    ['a random search for some time', withSearch(`{ "minutes": 10, "options": { ${dropout} } }`), null],
    [
      'a random search among few',
      withSearch('{ "minutes": 10, "options": { "model.layers": { "from": 1, "to": 3 } } }'),
      3,
    ],
    ['repetitions', `{ ${lstm}, "training": { "repeat": 3 } }`, 3],
    [
      'folds',
      '{ "data": { "train": "a.csv", "validation": { "folds": 5 } }, "model": { "type": "gru" } }',
      5,
    ],
    [
      'repeated folds',
      '{ "data": { "train": "a.csv", "validation": { "folds": 5 } }, "model": { "type": "gru" }, "training": { "repeat": 2 } }',
      10,
    ],
    [
      'one of the folds',
      '{ "data": { "train": "a.csv", "validation": { "folds": 5, "fold": 2 } }, "model": { "type": "gru" } }',
      undefined,
    ],
  ])('%s', (_, text, expected) => {
    expect(planned(text)?.planned).toBe(expected);
  });
});
