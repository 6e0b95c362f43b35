import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPredictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { formatError, HumanError } from '../../src/protocol/human-error';
import { readEvents } from '../../src/runs/events';
import { listRuns } from '../../src/runs/list';
import { runPaths } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { readSafetensors } from '../../src/runs/safetensors';
import { train } from '../../src/trainer/train';
import { expectClose } from '../support/close';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';

const cellTypes = ['rnn', 'gru', 'lstm'] as const;

function ofType<Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) {
  return events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
}

describe('training', () => {
  it.each(cellTypes)('teaches a %s what the words tell, on texts that it has not seen', async (type) => {
    const folder = workspace();
    const experiment = toyExperiment({
      data: { test: 'test.csv' },
      model: { type, layers: 2, bidirectional: true, dropout: 0.1, head: { hiddenSize: 8 } },
      training: { epochs: 10, gradientClip: 1 },
      examples: ['a superb film', 'the story was awful'],
    });
    const files = { 'train.csv': toyReviews(400), 'test.csv': toyReviews(100, 2) };
    const file = writeExperiment(folder, experiment, files);
    const heard: RunEvent[] = [];
    const result = await train({ experimentFile: file, root: folder, onEvent: (event) => heard.push(event) });

    expect(result.evaluation?.split).toBe('test');
    expect(result.evaluation!.accuracy).toBeGreaterThan(0.97);
    const { events, problems } = readEvents(runPaths(result.folder).events);
    expect(problems).toEqual([]);
    expect(events).toEqual(heard);
    expect(events[0]!.type).toBe('started');
    expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'succeeded' });
    expect(ofType(events, 'epoch')).toHaveLength(10);
    // 400 rows, a fifth of them for validation: 320 texts in batches of 16.
    expect(ofType(events, 'batch')).toHaveLength(10 * 20);
    expect(ofType(events, 'data')[0]).toMatchObject({ rows: { train: 320, validation: 80, test: 100 } });
    expect(ofType(events, 'examples')[0]!.examples.map(({ label }) => label)).toEqual(['good', 'bad']);
    const record = readRecord(result.folder);
    expect(record).toMatchObject({ status: 'succeeded', test: { accuracy: result.evaluation!.accuracy } });
    expect(readdirSync(join(result.folder, 'model')).sort()).toEqual([
      'config.json',
      'model.onnx',
      'model.safetensors',
      'tokenizer.json',
    ]);
  });

  it('tells three classes apart with cross-entropy', async () => {
    const folder = workspace();
    const rows = Array.from(
      { length: 300 },
      (_, i) => `text ${['red', 'green', 'blue'][i % 3]} ${i % 7},${i % 3}`,
    );
    const file = writeExperiment(folder, toyExperiment({ training: { epochs: 6 } }), {
      'train.csv': `text,label\n${rows.join('\n')}\n`,
    });
    const { evaluation } = await train({ experimentFile: file, root: folder });
    expect(evaluation!.classes.map(({ label }) => label)).toEqual(['0', '1', '2']);
    expect(evaluation!.accuracy).toBeGreaterThan(0.95);
  });

  it('gives the same run for the same seed, bit for bit, and another for another', async () => {
    const folder = workspace();
    const losses = async (seed: number) => {
      const file = writeExperiment(folder, toyExperiment({ model: { dropout: 0.2 }, training: { seed } }), {
        'train.csv': toyReviews(100),
      });
      const result = await train({ experimentFile: file, root: folder });
      const { events } = readEvents(runPaths(result.folder).events);
      const weights = readSafetensors(join(result.folder, 'model', 'model.safetensors')).tensors;
      return { losses: ofType(events, 'batch').map(({ loss }) => loss), weights };
    };
    const first = await losses(7);
    expect(await losses(7)).toEqual(first);
    expect((await losses(8)).losses).not.toEqual(first.losses);
  });

  it('saves a model that predicts as the trainer evaluated', async () => {
    const folder = workspace();
    const file = writeExperiment(
      folder,
      toyExperiment({ data: { test: 'test.csv' }, model: { bidirectional: true } }),
      {
        'train.csv': toyReviews(200),
        'test.csv': toyReviews(60, 3),
      },
    );
    const result = await train({ experimentFile: file, root: folder });
    const rows = readFileSync(runPaths(result.folder).predictions, 'utf8')
      .trimEnd()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { text: string; predicted: string; probability: number; line: number },
      );
    expect(rows).toHaveLength(60);
    expect(rows.map(({ line }) => line)).toEqual(rows.map((_, i) => i + 2));
    const predictor = await loadPredictor(join(result.folder, 'model'));
    const predictions = await predictor.predict(rows.map(({ text }) => text));
    await predictor.release();
    predictions.forEach(({ label, probability }, i) => {
      expect(label).toBe(rows[i]!.predicted);
      expect(Math.abs(probability - rows[i]!.probability)).toBeLessThan(1e-5);
    });
  });

  it('takes each step with the rate of its schedule', async () => {
    const folder = workspace();
    const scheduler = { type: 'linear', warmupSteps: 4 };
    // 80 of 100 rows in batches of 16, twice: 10 steps.
    const file = writeExperiment(folder, toyExperiment({ training: { epochs: 2, scheduler } }), {
      'train.csv': toyReviews(100),
    });
    const { events } = readEvents(
      runPaths((await train({ experimentFile: file, root: folder })).folder).events,
    );
    const rates = [0, 1 / 4, 2 / 4, 3 / 4, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6].map((share) => 0.02 * share);
    const batches = ofType(events, 'batch');
    expectClose(
      batches.map(({ learningRate }) => learningRate),
      rates,
      1e-12,
      'rates',
    );
    expect(ofType(events, 'epoch').map(({ learningRate }) => learningRate)).toEqual(
      [4, 9].map((last) => batches[last]!.learningRate),
    );
    expect(ofType(events, 'warning')).toEqual([]);
  });

  it('says when training ends before the warm-up does', async () => {
    const folder = workspace();
    const scheduler = { type: 'constant', warmupSteps: 5 };
    const file = writeExperiment(folder, toyExperiment({ training: { epochs: 1, scheduler } }), {
      'train.csv': toyReviews(100),
    });
    const { events } = readEvents(
      runPaths((await train({ experimentFile: file, root: folder })).folder).events,
    );
    expect(ofType(events, 'warning').map(({ message }) => message)).toEqual([
      'The learning rate never reaches its full size: training takes 5 steps, and warming up 5.',
    ]);
  });

  it('stops early and keeps the best epoch, not the last', async () => {
    const folder = workspace();
    // Labels at random: validation can only get worse once the training texts are learned by heart.
    const rows = Array.from(
      { length: 120 },
      (_, i) => `word${(i * 7919) % 97} word${(i * 104729) % 89},${(i >> 1) % 2}`,
    );
    const experiment = toyExperiment({ training: { epochs: 40, earlyStopping: { patience: 2 } } });
    const file = writeExperiment(folder, experiment, { 'train.csv': `text,label\n${rows.join('\n')}\n` });
    const result = await train({ experimentFile: file, root: folder });
    const epochs = ofType(readEvents(runPaths(result.folder).events).events, 'epoch');
    expect(epochs.length).toBeLessThan(40);
    const losses = epochs.map(({ validation }) => validation.loss!);
    const lowest = Math.min(...losses);
    expect(epochs.length).toBe(losses.indexOf(lowest) + 1 + 2);
    expect(readRecord(result.folder).best).toMatchObject({
      epoch: losses.indexOf(lowest) + 1,
      metric: 'validation.loss',
      value: lowest,
    });
    // The final evaluation is on validation here, with the weights that were kept.
    expect(result.evaluation!.loss).toBeCloseTo(lowest, 5);
  });

  it('stops after the batch at hand when it is told to, and leaves a model', async () => {
    const folder = workspace();
    const file = writeExperiment(folder, toyExperiment({ training: { epochs: 1000 } }), {
      'train.csv': toyReviews(200),
    });
    const stop = new AbortController();
    let batches = 0;
    const result = await train({
      experimentFile: file,
      root: folder,
      signal: stop.signal,
      onEvent: ({ type }) => {
        if (type === 'batch' && ++batches === 25) stop.abort();
      },
    });
    expect(result.status).toBe('stopped');
    expect(batches).toBe(25);
    expect(readRecord(result.folder).status).toBe('stopped');
    const predictor = await loadPredictor(join(result.folder, 'model'));
    await predictor.release();
  });

  it('stops before training, too', async () => {
    const folder = workspace();
    const file = writeExperiment(folder, toyExperiment(), { 'train.csv': toyReviews(50) });
    const result = await train({ experimentFile: file, root: folder, signal: AbortSignal.abort() });
    expect(result.status).toBe('stopped');
    expect(readRecord(result.folder).status).toBe('stopped');
  });

  it('reports how many words the vectors cover', async () => {
    const folder = workspace();
    const vectors = ['good', 'bad', 'film'].map((word, i) => `${word} ${i}.5 0.25 -1 2`).join('\n');
    const experiment = toyExperiment({
      model: { embedding: { size: 4, vectors: 'vectors.txt', frozen: true } },
    });
    const file = writeExperiment(folder, experiment, {
      'train.csv': toyReviews(100),
      'vectors.txt': `${vectors}\n`,
    });
    const result = await train({ experimentFile: file, root: folder });
    const [data] = ofType(readEvents(runPaths(result.folder).events).events, 'data');
    expect(data!.vocabulary.vectorsFound).toBe(3);
    // Frozen: the found vectors are in the model as they were in the file.
    const { tensors } = readSafetensors(join(result.folder, 'model', 'model.safetensors'));
    const words = JSON.parse(readFileSync(join(result.folder, 'model', 'tokenizer.json'), 'utf8'))
      .vocabulary as string[];
    const row = words.indexOf('bad');
    expect([...tensors['embedding.weight']!.data.slice(row * 4, row * 4 + 4)]).toEqual([1.5, 0.25, -1, 2]);
  });
});

interface BadInput {
  readonly what: string;
  readonly experiment?: object;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** What the message must say, and where. */
  readonly words: RegExp;
  readonly place?: { line?: number; column?: number; option?: string };
}

const badInputs: readonly BadInput[] = [
  {
    what: 'a missing file',
    experiment: toyExperiment({ data: { train: 'trian.csv' } }),
    words: /trian\.csv/,
  },
  {
    what: 'a missing column',
    experiment: toyExperiment({ data: { text: 'review' } }),
    words: /column.*review/i,
    place: { line: 1 },
  },
  { what: 'an empty data set', files: { 'train.csv': 'text,label\n' }, words: /no rows|empty/i },
  { what: 'one class only', files: { 'train.csv': 'text,label\na,x\nb,x\nc,x\n' }, words: /class|label/i },
  {
    what: 'a label outside labels',
    experiment: toyExperiment({ data: { labels: ['good', 'bad'] } }),
    files: { 'train.csv': 'text,label\na,good\nb,bad\nc,ugly\n' },
    words: /ugly/,
    place: { line: 4 },
  },
  {
    what: 'an unclosed quote',
    files: { 'train.csv': 'text,label\na,good\n"b,bad\nc,good\n' },
    words: /quote/i,
    place: { line: 3, column: 1 },
  },
  {
    what: 'bytes that are not UTF-8',
    files: { 'train.csv': Buffer.from('text,label\ncaf\xe9,good\nb,bad\n', 'latin1') },
    words: /UTF-8/,
    place: { line: 2 },
  },
  {
    what: 'a loss that is no number',
    experiment: toyExperiment({ training: { optimizer: { type: 'sgd', learningRate: 1e38 } } }),
    words: /loss is no longer a number/,
    // The experiment is written on one line; the option's value is what stands there.
    place: { line: 1, option: '"learningRate"' },
  },
  {
    what: 'a loss that is no number in validation only',
    experiment: toyExperiment({
      training: { epochs: 1, batchSize: 512, optimizer: { type: 'sgd', learningRate: 1e39 } },
      model: { head: { hiddenSize: 4 } },
    }),
    words: /loss is no longer a number, in epoch 1, validation/,
    place: { line: 1, option: '"learningRate"' },
  },
  {
    what: 'BCE for three classes',
    experiment: toyExperiment({ training: { loss: 'bceWithLogits' } }),
    files: {
      'train.csv': `text,label\n${Array.from({ length: 30 }, (_, i) => `t${i},${i % 3}`).join('\n')}\n`,
    },
    words: /two classes/,
    place: { line: 1, option: '"loss"' },
  },
  {
    what: 'vectors of another length',
    experiment: toyExperiment({ model: { embedding: { size: 8, vectors: 'vectors.txt' } } }),
    files: { 'train.csv': toyReviews(40), 'vectors.txt': 'good 1 2 3\nbad 1 2 4\n' },
    words: /3 numbers/,
    place: { line: 1, option: '"size"' },
  },
];

describe('bad input', () => {
  it.each(badInputs)('$what: one message, and a failed run that says the same', async (row) => {
    const folder = workspace();
    const file = writeExperiment(folder, row.experiment ?? toyExperiment(), {
      'train.csv': toyReviews(100),
      ...row.files,
    });
    const error = await train({ experimentFile: file, root: folder }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof HumanError)) throw error ?? new Error('nothing was thrown');
    expect(formatError(error)).toMatch(row.words);
    expect(error.hint, 'how to mend it').toBeTruthy();
    const { option, ...place } = row.place ?? {};
    expect(error.place).toMatchObject(place);
    if (option)
      expect(readFileSync(file, 'utf8').slice(0, error.place!.column! - 1)).toMatch(
        new RegExp(`${option}:$`),
      );
    const runs = listRuns(folder);
    expect(runs).toHaveLength(1);
    const record = readRecord(runs[0]!.folder);
    expect(record.status).toBe('failed');
    expect(record.message).toBe(formatError(error));
    expect(readEvents(runPaths(runs[0]!.folder).events).events.at(-1)).toMatchObject({
      type: 'finished',
      status: 'failed',
      message: formatError(error),
    });
  });

  it('a byte-order mark is no mistake', async () => {
    const folder = workspace();
    const file = writeExperiment(folder, toyExperiment({ training: { epochs: 1 } }), {
      'train.csv': `\ufeff${toyReviews(60)}`,
    });
    expect((await train({ experimentFile: file, root: folder })).status).toBe('succeeded');
  });

  it('an experiment with a mistake starts no run', async () => {
    const folder = workspace();
    const file = writeExperiment(folder, { data: {}, model: { type: 'gru' } }, {});
    await expect(train({ experimentFile: file, root: folder })).rejects.toBeInstanceOf(HumanError);
    expect(existsSync(join(folder, '.textclf'))).toBe(false);
  });
});
