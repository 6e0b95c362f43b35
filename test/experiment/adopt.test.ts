import { describe, expect, it } from 'vitest';
import { adoptSettings } from '../../src/experiment/adopt';
import type { Settings } from '../../src/experiment/options';
import { parseExperiment } from '../../src/experiment/parse';
import { resolveTrial } from '../../src/experiment/search-space';
import { humanErrorOf, seededRandom } from '../runs/support';

const file = 'a.textclf.json';

const commented = `// Reviews
{
  "data": { "train": "a.csv" }, // all of them
  "model": {
    "type": "lstm",
    /* wide enough */ "hiddenSize": 64, // units
    "head": { "hiddenSize": 8 },
  },
  // what is tried
  "search": {
    "options": {
      "model.hiddenSize": [32, 64, 128], // sizes
      "training.optimizer.learningRate": { "from": 1e-4, "to": 0.1, "scale": "log" },
    },
  },
  "training": { "epochs": 3 /* few */ },
}
`;

/** Adopts settings; the text parsed again is exactly what the trial was. */
function adopted(text: string, settings: Settings, keepSearch = false): string {
  const result = adoptSettings(text, file, settings, { keepSearch });
  const applied = result.edits.reduceRight(
    (whole, { offset, length, text: inserted }) =>
      whole.slice(0, offset) + inserted + whole.slice(offset + length),
    text,
  );
  expect(applied).toBe(result.text);
  const { experiment, written } = parseExperiment(text, file);
  const after = parseExperiment(result.text, file).experiment!;
  const trial = resolveTrial(written, settings, experiment!.name).experiment!;
  expect({ ...after, search: null }).toEqual(trial);
  expect(after.search === null).toBe(!keepSearch || experiment!.search === null);
  return result.text;
}

describe('settings written into an experiment file', () => {
  it('keep all comments but those inside the search', () => {
    const text = adopted(commented, {
      'model.hiddenSize': 128,
      'training.optimizer.learningRate': 0.003,
    });
    expect(text).toBe(`// Reviews
{
  "data": { "train": "a.csv" }, // all of them
  "model": {
    "type": "lstm",
    /* wide enough */ "hiddenSize": 128, // units
    "head": { "hiddenSize": 8 },
  },
  // what is tried
  "training": { "epochs": 3, "optimizer": { "type": "adam", "learningRate": 0.003 } /* few */ },
}
`);
  });

  it('keep the search where that is asked for', () => {
    const text = adopted(commented, { 'model.hiddenSize': 128 }, true);
    expect(text).toBe(commented.replace('"hiddenSize": 64', '"hiddenSize": 128'));
  });

  it('change nothing where the file says it already', () => {
    const plain = '{ "data": { "train": "a" }, "model": { "type": "gru", "layers": 2 } }';
    expect(adoptSettings(plain, file, { 'model.layers': 2 }).edits).toEqual([]);
  });

  it.each([
    [
      'lists and objects',
      { 'data.text': ['title', 'body'], 'training.optimizer': { type: 'sgd', momentum: 0.9 } },
    ],
    [
      'an object and what is in it',
      { 'training.optimizer.momentum': 0.5, 'training.optimizer': { type: 'sgd' } },
    ],
    ['null', { 'training.earlyStopping': null, 'training.scheduler.warmupSteps': 3 }],
    [
      'two options of an object that is not there',
      { 'training.optimizer.beta1': 0.8, 'training.optimizer.beta2': 0.9 },
    ],
    ['words with quotes and emoji', { 'data.label': 'a "b" 😀\\' }],
  ])('are read back as the trial was: %s', (_, settings) => {
    adopted(commented, settings);
    adopted(commented.replaceAll('\n', '\r\n'), settings);
    adopted(`\uFEFF${commented}`, settings);
    adopted('{"model":{"type":"gru"},"data":{"train":"a"}}', settings);
  });

  it('are read back as the trial was, whatever they are', () => {
    const seed = Math.floor(Math.random() * 1e9);
    const random = seededRandom(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
    const choices: Record<string, unknown[]> = {
      'model.layers': [1, 2, 3],
      'model.embedding.size': [8, 100],
      'model.embedding.frozen': [true, false],
      'model.bidirectional': [true, false],
      'model.head': [{}, { hiddenSize: 4 }],
      'training.epochs': [1, 7],
      'training.optimizer': [{ type: 'sgd', learningRate: 0.5 }, { type: 'adamW' }],
      'training.optimizer.learningRate': [1e-7, 0.25],
      'training.scheduler.type': ['linear', 'cosine'],
      'tokenizer.lowercase': [true, false],
      'data.maxRows': [10, 20],
      'data.validation': [0.1, ['v.csv'], 'w.csv'],
      'runtime.threads': [0, 2],
    };
    for (let round = 0; round < 200; round++) {
      const settings = Object.fromEntries(
        Object.entries(choices)
          .filter(() => random() < 0.4)
          .map(([option, values]) => [option, pick(values)]),
      );
      try {
        adopted(pick([commented, '{"model":{"type":"gru"},"data":{"train":"a"}}']), settings);
      } catch (error) {
        throw new Error(`seed ${seed}, round ${round}: ${JSON.stringify(settings)}`, { cause: error });
      }
    }
  });

  it('are refused where the file is not sound', () => {
    const error = humanErrorOf(() => adoptSettings('{ "model": 3 }', file, { 'model.layers': 1 }));
    expect(error.place?.file).toBe(file);
  });

  it('are refused where they do not fit any more', () => {
    const cnn = '{ "data": { "train": "a" }, "model": { "type": "cnn" } }';
    const error = humanErrorOf(() => adoptSettings(cnn, file, { 'model.layers': 2 }));
    expect(error.message).toMatch(
      /^These settings do not fit the experiment as it is now: Unknown key "layers"/,
    );
  });

  it('are refused where they are no options', () => {
    const plain = '{ "data": { "train": "a" }, "model": { "type": "cnn" } }';
    for (const option of ['__proto__.x', 'constructor', 'model.x', '']) {
      expect(humanErrorOf(() => adoptSettings(plain, file, { [option]: 2 })).message).toMatch(/no option/);
    }
  });
});
