import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/events';
import { formatError, HumanError } from '../../src/protocol/human-error';
import { runPaths, runsFolder } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { readSafetensors } from '../../src/runs/safetensors';
import { type TrainOptions, train } from '../../src/trainer/train';
import { writeTinyCheckpoint } from '../support/tiny-checkpoint';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';

/** Plain steps: no moments that would start anew. */
const sgd = { type: 'sgd', learningRate: 0.2 };

interface Done {
  readonly id: string;
  readonly folder: string;
  readonly events: readonly RunEvent[];
  readonly error?: unknown;
}

/** A folder with an experiment that can be trained again and again. */
function experimentIn(experiment: object, files: Readonly<Record<string, string>> = {}) {
  const root = workspace();
  const file = writeExperiment(root, experiment, { 'train.csv': toyReviews(200), ...files });
  const run = async (options: Partial<TrainOptions> = {}): Promise<Done> => {
    const events: RunEvent[] = [];
    const done: { id: string; folder: string } = { id: '', folder: '' };
    const onEvent = (event: RunEvent) => {
      events.push(event);
      options.onEvent?.(event);
    };
    const onRun = (made: typeof done) => Object.assign(done, made);
    try {
      await train({ experimentFile: file, root, ...options, onEvent, onRun });
      return { ...done, events };
    } catch (error) {
      return { ...done, events, error };
    }
  };
  return { root, file, run };
}

const batchesOf = ({ events }: Done, ...epochs: number[]) =>
  events
    .filter((event) => event.type === 'batch' && epochs.includes(event.epoch))
    .map((event) => {
      const { epoch, batch, batches, step, loss, accuracy, learningRate } = event as RunEvent & {
        type: 'batch';
      };
      return { epoch, batch, batches, step, loss, accuracy, learningRate };
    });

const epochsOf = ({ events }: Done) =>
  events
    .filter((event) => event.type === 'epoch')
    .map((event) => {
      const { epoch, train: trained, validation, learningRate } = event as RunEvent & { type: 'epoch' };
      return { epoch, trained, validation, learningRate };
    });

const weightsIn = (folder: string) =>
  readSafetensors(join(runPaths(folder).model, 'model.safetensors')).tensors;

const networks: [name: string, model: object, training: object][] = [
  ['a recurrent net whose rate falls by epochs', {}, { scheduler: { type: 'step', every: 1, gamma: 0.8 } }],
  [
    'a bidirectional LSTM in steps of several batches',
    { type: 'lstm', bidirectional: true },
    { gradientAccumulation: 3 },
  ],
];

describe('going on after two epochs of four', () => {
  it.each(networks)('trains %s as four at once do', async (_, model, training) => {
    const options = { epochs: 4, optimizer: sgd, ...training };
    const { run } = experimentIn(toyExperiment({ model: { dropout: 0, ...model }, training: options }));
    const whole = await run();
    const half = await run({ settings: ['training.epochs=2'] });
    expect(readRecord(half.folder).best!.epoch).toBe(2);
    const rest = await run({ continueFrom: half.id });
    expect(rest.error).toBeUndefined();
    expect(batchesOf(rest, 1, 2)).toEqual([]);
    // Weights come back from 32-bit numbers as they were, so that not a bit differs.
    expect(batchesOf(rest, 3, 4)).toEqual(batchesOf(whole, 3, 4));
    expect(epochsOf(rest)).toEqual(epochsOf(whole).slice(2));
    expect(weightsIn(rest.folder)).toEqual(weightsIn(whole.folder));
    expect(readRecord(rest.folder)).toMatchObject({ status: 'succeeded', continues: half.id });
    expect(readRecord(rest.folder).best).toEqual(readRecord(whole.folder).best);
    expect(rest.events.find(({ type }) => type === 'continued')).toMatchObject({ from: half.id, epoch: 2 });
  });

  it('keeps the order and the rates of the batches where moments start anew', async () => {
    const scheduler = { type: 'exponential', gamma: 0.5 };
    const { run } = experimentIn(
      toyExperiment({ model: { dropout: 0 }, training: { epochs: 4, scheduler } }),
    );
    const whole = await run();
    const half = await run({ settings: ['training.epochs=2'] });
    const rest = await run({ continueFrom: half.id });
    const [first, ...others] = batchesOf(rest, 3, 4);
    const [expected, ...following] = batchesOf(whole, 3, 4);
    // Before its first step it is the same model.
    expect(first).toEqual(expected);
    const order = (batches: typeof others) => batches.map(({ loss: _, accuracy: __, ...batch }) => batch);
    expect(order(others)).toEqual(order(following));
    expect(others[0]!.loss).not.toBe(following[0]!.loss);
  });

  it('has the rate that a plateau has left, over runs that went on before', async () => {
    // No loss is that much better: the rate halves after every epoch.
    const scheduler = { type: 'reduceOnPlateau', patience: 0, factor: 0.5, minDelta: 0.999 };
    const options = { optimizer: sgd, scheduler, epochs: 4 };
    const { run } = experimentIn(toyExperiment({ model: { dropout: 0 }, training: options }));
    const whole = await run();
    const one = await run({ settings: ['training.epochs=2'] });
    const two = await run({ continueFrom: one.id, settings: ['training.epochs=3'] });
    const three = await run({ continueFrom: two.folder });
    expect(batchesOf(three, 4)).toEqual(batchesOf(whole, 4));
    expect(epochsOf(whole)[3]!.learningRate).toBeLessThan(0.2);
  });
});

describe('going on with an encoder', () => {
  const training = { epochs: 3, batchSize: 16, optimizer: { ...sgd, learningRate: 0.03 } };
  const encoderIn = (changes: object) => {
    const made = experimentIn(
      {
        data: { train: 'small.csv' },
        model: { type: 'pretrained', encoder: './encoder' },
        training: { ...training, scheduler: { type: 'constant' }, ...changes },
        runtime: { threads: 1 },
      },
      { 'small.csv': toyReviews(120) },
    );
    const encoder = writeTinyCheckpoint(join(made.root, 'encoder'));
    const config = join(encoder, 'config.json');
    const noDropout = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0, classifier_dropout: 0 };
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), ...noDropout }));
    return made;
  };

  it.each([
    ['with its classifier', {}],
    ['with a classifier of one logit', { loss: 'bceWithLogits' }],
    ['that thaws in the first epoch', { freezeEncoderEpochs: 2 }],
    ['that was thawed before', { freezeEncoderEpochs: 1 }],
  ])('%s trains it as all epochs at once do', async (_, changes) => {
    const { run } = encoderIn(changes);
    const whole = await run();
    const part = await run({ settings: ['training.epochs=2'] });
    expect(readRecord(part.folder).best!.epoch).toBe(2);
    const rest = await run({ continueFrom: part.id });
    expect(rest.error).toBeUndefined();
    const losses = (done: Done) => batchesOf(done, 3).map(({ loss }) => loss);
    for (const [i, loss] of losses(rest).entries()) expect(loss).toBeCloseTo(losses(whole)[i]!, 5);
    expect(batchesOf(rest, 3).map(({ step }) => step)).toEqual(batchesOf(whole, 3).map(({ step }) => step));
    const thaws = (done: Done) => done.events.filter(({ type }) => type === 'thawed').length;
    expect(thaws(part) + thaws(rest)).toBe(thaws(whole));
  });
});

/** A run after two epochs, which a device has ended. */
async function endedByDevice(changes: object = {}) {
  const made = experimentIn(toyExperiment({ training: { epochs: 2, optimizer: sgd, ...changes } }));
  // Most tests begin with the same run: a copy of it will do.
  const before = await (Object.keys(changes).length > 0 ? made.run() : copyTo(made.root));
  change(before, { status: 'failed', failure: 'device', message: 'The device is lost.' });
  return { ...made, before };
}

let original: Promise<Done> | undefined;

async function copyTo(root: string): Promise<Done> {
  original ??= experimentIn(toyExperiment({ training: { epochs: 2, optimizer: sgd } })).run();
  const run = await original;
  const folder = join(runsFolder(root), run.id);
  cpSync(run.folder, folder, { recursive: true });
  return { ...run, folder };
}

function change({ folder }: Done, changes: object): void {
  const { record } = runPaths(folder);
  writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), ...changes }));
}

const warningsOf = ({ events }: Done) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

describe('a run that goes on', () => {
  it('has the model from its start on, and keeps it where no epoch is better', async () => {
    const { run, before } = await endedByDevice();
    // Steps that undo what was learned.
    const worse = ['training.epochs=3', 'training.optimizer.learningRate=50'];
    const rest = await run({ continueFrom: before.id, settings: worse });
    expect(epochsOf(rest)).toHaveLength(1);
    expect(weightsIn(rest.folder)).toEqual(weightsIn(before.folder));
    const { best, last } = readRecord(rest.folder);
    expect(best).toEqual(readRecord(before.folder).best);
    expect(last!.validation.loss).toBeGreaterThan(best!.value!);
  });

  it('can be stopped in its first batch, and gone on with again', async () => {
    const { run, before } = await endedByDevice();
    const stop = new AbortController();
    const onEvent = ({ type }: RunEvent) => {
      if (type === 'batch') stop.abort();
    };
    const longer = { settings: ['training.epochs=3'] };
    const stopped = await run({ continueFrom: before.id, ...longer, signal: stop.signal, onEvent });
    expect(readRecord(stopped.folder)).toMatchObject({ status: 'stopped', best: { epoch: 2 } });
    expect(weightsIn(stopped.folder)).toEqual(weightsIn(before.folder));
    const rest = await run({ continueFrom: stopped.id, ...longer });
    expect(batchesOf(rest, 3)[0]).toMatchObject({ batch: 1, step: 21 });
    // As if nobody had stopped it in between.
    const direct = await run({ continueFrom: before.id, ...longer });
    expect(batchesOf(rest, 3)).toEqual(batchesOf(direct, 3));
  });

  it('only evaluates where the device failed after the last epoch', async () => {
    const { run, before } = await endedByDevice();
    const rest = await run({ continueFrom: before.id });
    expect(epochsOf(rest)).toEqual([]);
    expect(readRecord(rest.folder).status).toBe('succeeded');
    const evaluation = (done: Done) => done.events.find(({ type }) => type === 'evaluation');
    expect({ ...evaluation(rest), time: '' }).toEqual({ ...evaluation(before), time: '' });
  });

  it('goes on from the last epoch where that is what was kept', async () => {
    const keepsLast = { epochs: 3, earlyStopping: { patience: 9, restoreBest: false } };
    const { run, before } = await endedByDevice({ ...keepsLast, optimizer: { ...sgd, learningRate: 5 } });
    change(before, { status: 'stopped', best: { ...readRecord(before.folder).best, epoch: 1 } });
    const rest = await run({ continueFrom: before.id, settings: ['training.epochs=4'] });
    expect(epochsOf(rest).map(({ epoch }) => epoch)).toEqual([4]);
  });

  it('goes on from the epoch before where none of its own was finished', async () => {
    const earlyStopping = { patience: 9, restoreBest: false };
    const { run, before } = await endedByDevice({ earlyStopping });
    const longer = { settings: ['training.epochs=3'] };
    const stop = new AbortController();
    const onEvent = ({ type }: RunEvent) => {
      if (type === 'batch') stop.abort();
    };
    const stopped = await run({ continueFrom: before.id, ...longer, signal: stop.signal, onEvent });
    expect(readRecord(stopped.folder)).toMatchObject({ status: 'stopped', best: { epoch: 2 } });
    const rest = await run({ continueFrom: stopped.id, ...longer });
    expect(epochsOf(rest).map(({ epoch }) => epoch)).toEqual([3]);
  });

  it('begins anew, and says so, where no epoch was finished', async () => {
    const { run, before, root } = await endedByDevice();
    rmSync(runPaths(before.folder).model, { recursive: true });
    const anew = await run({ continueFrom: before.id });
    expect(warningsOf(anew)).toEqual([`The run ${before.id} has finished no epoch: this one begins anew.`]);
    expect(readRecord(anew.folder).continues).toBeUndefined();
    expect(batchesOf(anew, 1, 2)).toEqual(batchesOf(before, 1, 2));
    expect(readdirSync(runsFolder(root))).toHaveLength(2);
  });
});

const refusals: [what: string, settings: string[], message: string][] = [
  [
    'another size of the network',
    ['model.hiddenSize=16'],
    'The experiment is not that of the run ID: "model.hiddenSize" was 8 and is 16.',
  ],
  [
    'other rows of the same file',
    ['training.seed=7', 'tokenizer.lowercase=false'],
    'The experiment is not that of the run ID: "tokenizer.lowercase" was true and is false; "training.seed" was 42 and is 7.',
  ],
  [
    'another split',
    ['data.validation=0.3'],
    'The data is not what the run ID was trained on: files have changed, or their rows are split otherwise.',
  ],
  [
    'other data',
    ['data.train=OTHER'],
    'The data is not what the run ID was trained on: files have changed, or their rows are split otherwise.',
  ],
  ['several runs', ['training.repeat=2'], 'A repetition is several runs, which cannot go on from one.'],
];

describe('going on is refused', () => {
  it.each(refusals)('with %s', async (_, settings, message) => {
    const { run, before, root } = await endedByDevice();
    const other = join(root, 'other.csv');
    writeFileSync(other, toyReviews(200, 5));
    const { error } = await run({
      continueFrom: before.id,
      settings: settings.map((setting) => setting.replace('OTHER', other)),
    });
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toBe(message.replace('ID', before.id));
    expect(formatError(error)).toContain('--continue');
  });

  const states: [what: string, changes: object, message: string][] = [
    [
      'a run that goes on',
      { status: 'running', heartbeat: new Date().toISOString(), pid: process.pid },
      'is still running',
    ],
    ['a search', { group: { kind: 'search', planned: 3 } }, 'A search is several runs'],
    ['a baseline', { model: 'baseline' }, 'A baseline is trained at one go'],
  ];
  it.each(states)('for %s', async (_, changes, message) => {
    const { run, before, root } = await endedByDevice();
    change(before, changes);
    const { error } = await run({ continueFrom: before.id });
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toContain(message);
    // No run begins that could not.
    expect(readdirSync(runsFolder(root))).toEqual([before.id]);
  });

  it('for a baseline on its data, and for a run that there is not', async () => {
    const { run, before } = await endedByDevice();
    const { error } = await run({ continueFrom: before.id, baseline: true });
    expect((error as HumanError).message).toContain('A baseline is trained at one go');
    expect((await run({ continueFrom: 'none' })).error).toMatchObject({ message: 'There is no run "none".' });
  });

  it('for a run that has nothing left to do, with the option to set', async () => {
    const { run, before, file } = await endedByDevice();
    change(before, { status: 'succeeded', failure: undefined });
    const { error } = await run({ continueFrom: before.id });
    expect(error).toMatchObject({
      message: `The run ${before.id} has finished all its epochs: the best one is 2 of 2.`,
      hint: 'To train it further, set more epochs than it has had: --set training.epochs=4.',
      place: { file, line: 1 },
    });
  });

  it('for a model whose words or weights were changed', async () => {
    const { run, before } = await endedByDevice();
    const longer = { continueFrom: before.id, settings: ['training.epochs=3'] };
    const { model } = runPaths(before.folder);
    const words = readFileSync(join(model, 'tokenizer.json'), 'utf8');
    writeFileSync(join(model, 'tokenizer.json'), words.replace('"film"', '"movie"'));
    const { error } = await run(longer);
    expect((error as HumanError).message).toBe(`The model of the run ${before.id} knows other words.`);
    writeFileSync(join(model, 'tokenizer.json'), words);
    const weights = join(model, 'model.safetensors');
    const bytes = readFileSync(weights);
    writeFileSync(weights, bytes.subarray(0, bytes.length - 4));
    const broken = await run(longer);
    expect(broken.error).toBeInstanceOf(HumanError);
    expect((broken.error as HumanError).place?.file).toBe(weights);
    expect(readRecord(broken.folder)).toMatchObject({ status: 'failed', continues: before.id });
  });
});
