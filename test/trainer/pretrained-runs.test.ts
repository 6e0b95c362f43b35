import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { evaluateRows } from '../../src/predict/evaluate';
import { loadPredictor, type Predictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { readEvents } from '../../src/runs/events';
import { runPaths } from '../../src/runs/paths';
import { readSafetensors } from '../../src/runs/safetensors';
import { train } from '../../src/trainer/train';
import { expectClose } from '../support/close';
import { readAll } from '../support/read-all';
import { writeTinyCheckpoint } from '../support/tiny-checkpoint';
import { toyReviews, workspace, writeExperiment } from '../support/toy-data';

interface Changes {
  readonly data?: object;
  readonly training?: object;
  readonly search?: object;
  readonly examples?: readonly string[];
}

const files = { 'train.csv': toyReviews(160), 'test.csv': toyReviews(60, 2) };

async function run(
  { data, training, ...others }: Changes,
  given: Record<string, string> = files,
  encoder: object = {},
) {
  const folder = workspace();
  const config = join(writeTinyCheckpoint(join(folder, 'encoder')), 'config.json');
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), ...encoder }));
  const experiment = {
    data: { train: 'train.csv', test: 'test.csv', ...data },
    model: { type: 'pretrained', encoder: './encoder' },
    training: {
      epochs: 2,
      batchSize: 16,
      optimizer: { type: 'adamW', learningRate: 0.003 },
      ...training,
    },
    runtime: { threads: 1 },
    ...others,
  };
  const file = writeExperiment(folder, experiment, given);
  const { status, folder: made, evaluation } = await train({ experimentFile: file, root: folder });
  expect(status).toBe('succeeded');
  return { folder: made, workspace: folder, evaluation };
}

function eventsOf<Type extends RunEvent['type']>(folder: string, type: Type) {
  const { events, problems } = readEvents(runPaths(folder).events);
  expect(problems).toEqual([]);
  return events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
}

/** The last word on each run of a group, with its folder. */
function trialsOf(folder: string) {
  const last = new Map(eventsOf(folder, 'trial').map((trial) => [trial.index, trial]));
  return [...last.values()].map((trial) => ({ trial, folder: join(folder, '..', trial.id) }));
}

async function withModel<Result>(folder: string, use: (predictor: Predictor) => Promise<Result>) {
  const predictor = await loadPredictor(runPaths(folder).model, { threads: 1 });
  try {
    return await use(predictor);
  } finally {
    await predictor.release();
  }
}

/** The numbers of each weight of a checkpoint. */
function weightsIn(folder: string): Record<string, number[]> {
  const { tensors } = readSafetensors(join(folder, 'model.safetensors'));
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

/** The largest difference of two lists of numbers. */
function furthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

const cardOf = (folder: string) => readFileSync(join(runPaths(folder).model, 'README.md'), 'utf8');

describe('groups of fine-tunings', () => {
  it('searches among frozen layers and learning rates, and measures the best on the test rows', async () => {
    const options = { 'model.freezeLayers': [0, 2], 'training.optimizer.learningRate': [0.003, 1e-6] };
    const search = { strategy: 'random', trials: 3, options };
    const group = await run({ search, training: { epochs: 3 } });
    const trials = trialsOf(group.folder);
    expect(trials.map(({ trial }) => trial.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    const before = weightsIn(join(group.workspace, 'encoder'));
    const name = 'bert.encoder.layer.1.output.dense.weight';
    for (const { trial, folder } of trials) {
      const isFrozen = trial.settings['model.freezeLayers'] === 2;
      const distance = furthest(weightsIn(runPaths(folder).model)[name]!, before[name]!);
      if (isFrozen) expect(distance).toBe(0);
      else expect(distance).toBeGreaterThan(0);
    }
    const values = trials.map(({ trial }) => trial.value!);
    const best = eventsOf(group.folder, 'summary')[0]!.best!;
    expect(best.value).toBe(Math.min(...values));
    expect(weightsIn(runPaths(group.folder).model)).toEqual(
      weightsIn(runPaths(trials[best.index - 1]!.folder).model),
    );
    expect(group.evaluation).toMatchObject({ split: 'test', rows: 60 });

    const [own, ofTrial] = [cardOf(group.folder), cardOf(trials[best.index - 1]!.folder)];
    expect(own).toContain('\n# toy\n');
    expect(own).toContain('Measured on 60 test rows:');
    expect(own).toMatch(new RegExp(`\\| accuracy \\| ${(100 * group.evaluation!.accuracy).toFixed(1)}\\s%`));
    expect(own).toMatch(/\| \*\*rows\*\* \|.* \*\*60\*\* \|/);
    // The folders name the same files: what is told of the one model is not told of the other.
    expect(ofTrial).toContain(`\n# toy ${trials[best.index - 1]!.trial.label}\n`);
    expect(ofTrial).toMatch(/Measured on \d+ validation rows/);
  });

  it('trains each fold on the rows of the others', async () => {
    const group = await run({ data: { validation: { folds: 2 } }, training: { epochs: 1 } });
    const trials = trialsOf(group.folder);
    expect(trials.map(({ trial }) => trial.label)).toEqual(['fold 1 of 2', 'fold 2 of 2']);
    expect(trials.map(({ folder }) => eventsOf(folder, 'data')[0]!.rows)).toEqual([
      { train: 80, validation: 80, test: 60 },
      { train: 80, validation: 80, test: 60 },
    ]);
    const ofTest = trials.map(({ folder }) => eventsOf(folder, 'evaluation')[0]!.evaluation.accuracy);
    const means = eventsOf(group.folder, 'summary')[0]!.metrics;
    const mean = means.find(({ split, name }) => split === 'test' && name === 'accuracy')!;
    expect(mean.runs).toBe(2);
    expect(mean.mean).toBeCloseTo((ofTest[0]! + ofTest[1]!) / 2, 12);
    expect(cardOf(group.folder)).toContain('\n# toy\n');
    expect(cardOf(group.folder)).toContain('Measured on 60 test rows:');
  });

  it('repeats with other seeds, which draw another classifier', async () => {
    const group = await run({ training: { epochs: 1, repeat: 2 } });
    const trials = trialsOf(group.folder);
    expect(trials.map(({ trial }) => trial.status)).toEqual(['succeeded', 'succeeded']);
    const [first, second] = trials.map(({ folder }) => eventsOf(folder, 'epoch')[0]!.validation.loss!);
    expect(first).not.toBe(second);
    const best = eventsOf(group.folder, 'summary')[0]!.best!;
    expect(best.value).toBe(Math.min(first!, second!));
  });
});

/** Texts in which one word stands for each label; any number of them, also none. */
function severalLabels(rows: number, seed: number): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: rows }, () => {
    const own = ['superb', 'awful', 'music'].filter(() => random.next() < 0.4);
    return `"${['the', ...own, 'film', 'was', 'a', 'story'].join(' ')}","${own.join(',')}"`;
  });
  return `text,label\n${lines.join('\n')}\n`;
}

it('a text may have several labels, and the model folder gives each the same probability', async () => {
  const given = { 'train.csv': severalLabels(240, 1), 'test.csv': severalLabels(60, 2) };
  const optimizer = { type: 'adamW', learningRate: 0.01 };
  const training = { epochs: 12, optimizer, threshold: 'auto' };
  const {
    folder,
    workspace: root,
    evaluation,
  } = await run({ data: { task: 'multi-label' }, training }, given);
  expect(evaluation).toMatchObject({ task: 'multi-label', split: 'test', confusion: [] });
  expect(evaluation!.macroF1).toBeGreaterThan(0.9);
  const written = readFileSync(runPaths(folder).predictions, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { probabilities: number[]; labels: { predicted: string[] } });
  const rows = await readAll([join(root, 'test.csv')], {
    text: 'text',
    label: 'label',
    task: 'multi-label',
  });
  await withModel(folder, async (predictor) => {
    const found = await evaluateRows(predictor, rows, 'test');
    expectClose(
      Array.from(found.probabilities),
      written.flatMap(({ probabilities }) => probabilities),
      1e-5,
      'probabilities',
    );
    const predictions = await predictor.predict(rows.map(({ text }) => text));
    expect(predictions.map(({ labels }) => labels)).toEqual(written.map(({ labels }) => labels.predicted));
  });
});

describe('what takes less memory', () => {
  /** The first layer's weights after three epochs, without dropout, which would be drawn for other batches. */
  async function trained(training: object): Promise<number[]> {
    const changes = {
      data: { validation: 'validation.csv' },
      training: { epochs: 3, optimizer: { type: 'sgd', learningRate: 0.3 }, ...training },
    };
    const given = { ...files, 'validation.csv': toyReviews(40, 3) };
    const { folder } = await run(changes, given, {
      hidden_dropout_prob: 0,
      attention_probs_dropout_prob: 0,
    });
    return weightsIn(runPaths(folder).model)['bert.encoder.layer.0.output.dense.weight']!;
  }

  it('gradients of small batches add up to the step of a large one', async () => {
    // All rows are one step: whichever are computed together.
    const whole = await trained({ batchSize: 160 });
    expect(furthest(whole, await trained({ batchSize: 40, gradientAccumulation: 4 }))).toBeLessThan(1e-6);
    expect(furthest(whole, await trained({ batchSize: 40 }))).toBeGreaterThan(2e-5);
  });

  it('layers that are computed a second time take the same steps', async () => {
    const kept = await trained({ recompute: false });
    expect(furthest(kept, await trained({ recompute: true }))).toBeLessThan(1e-6);
  });
});
