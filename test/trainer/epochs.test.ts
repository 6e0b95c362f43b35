import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../src/experiment/schema';
import type { RunEvent } from '../../src/protocol/events';
import { train } from '../../src/trainer/train';
import { expectClose } from '../support/close';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';

type Training = NonNullable<ExperimentInput['training']>;

interface Outcome {
  readonly batches: Extract<RunEvent, { type: 'batch' }>[];
  readonly epochs: Extract<RunEvent, { type: 'epoch' }>[];
  readonly warnings: string[];
}

/** Trains on `rows` toy reviews, four fifths of them, in batches of 16. */
async function trainToy(training: Training, rows = 100): Promise<Outcome> {
  const folder = workspace();
  const experiment = toyExperiment({ training });
  const file = writeExperiment(folder, experiment, { 'train.csv': toyReviews(rows) });
  const outcome: Outcome = { batches: [], epochs: [], warnings: [] };
  const onEvent = (event: RunEvent) => {
    if (event.type === 'batch') outcome.batches.push(event);
    if (event.type === 'epoch') outcome.epochs.push(event);
    if (event.type === 'warning') outcome.warnings.push(event.message);
  };
  await train({ experimentFile: file, root: folder, onEvent });
  return outcome;
}

const ratesOf = (events: readonly { learningRate: number }[]) => events.map((event) => event.learningRate);

describe('every optimizer learns what the words tell', () => {
  const optimizers: Record<NonNullable<Training['optimizer']>['type'], Partial<Training['optimizer']>> = {
    adam: {},
    adamW: {},
    nadam: {},
    radam: { learningRate: 0.1 },
    rmsprop: { centered: true, momentum: 0.5 },
    adagrad: { learningRate: 0.1 },
    sgd: { learningRate: 0.2, momentum: 0.9 },
  };
  for (const [type, options] of Object.entries(optimizers)) {
    it(type, async () => {
      const optimizer = { type, learningRate: 0.02, ...options } as Training['optimizer'];
      const { epochs } = await trainToy({ epochs: 6, optimizer }, 400);
      expect(epochs.at(-1)!.validation.accuracy).toBeGreaterThan(0.95);
    });
  }
});

describe('every loss can be learned by', () => {
  const losses: [string, Training][] = [
    ['cross-entropy for two classes', { loss: 'crossEntropy' }],
    ['a focal loss', { loss: 'focal', focalGamma: 1 }],
    ['smoothed labels', { labelSmoothing: 0.2 }],
    ['weighted classes', { classWeights: { good: 3 } }],
  ];
  it.each(losses)('%s', async (_, training) => {
    const { epochs } = await trainToy({ ...training, epochs: 6 }, 400);
    expect(epochs.at(-1)!.validation.accuracy).toBeGreaterThan(0.95);
  });
});

describe('the learning rate', () => {
  it('follows its schedule by steps, epochs and parts of them', async () => {
    // 80 texts: 5 steps an epoch.
    const step = await trainToy({ epochs: 3, scheduler: { type: 'step', every: 1, gamma: 0.5 } });
    expectClose(ratesOf(step.epochs), [0.02, 0.01, 0.005], 1e-12, 'rates');
    expect(ratesOf(step.batches.slice(4, 6))).toEqual([0.02, 0.01]);
    const wave = await trainToy({ epochs: 2, scheduler: { type: 'cosineRestarts' } });
    const fall = [0, 1, 2, 3, 4].map((i) => 0.01 * (1 + Math.cos((Math.PI * i) / 5)));
    expectClose(ratesOf(wave.batches), [...fall, ...fall], 1e-12, 'rates');
  });

  it('falls when the metric has not improved, from the next epoch on', async () => {
    const { epochs, batches } = await trainToy({
      epochs: 5,
      // Only a loss of a thousandth of the first would count as an improvement.
      scheduler: { type: 'reduceOnPlateau', patience: 1, factor: 0.5, minDelta: 0.999 },
    });
    expectClose(ratesOf(epochs), [0.02, 0.02, 0.02, 0.01, 0.01], 1e-12, 'rates');
    expect(ratesOf(batches)).toEqual(ratesOf(epochs).flatMap((rate) => Array(5).fill(rate)));
  });

  it('stays while a metric rises that is the better the higher it is', async () => {
    const { epochs } = await trainToy({
      epochs: 8,
      scheduler: {
        type: 'reduceOnPlateau',
        monitor: 'validation.accuracy',
        patience: 0,
        factor: 0.5,
        minDelta: 0,
      },
    });
    let [rate, best] = [0.02, 0];
    const expected = epochs.map(({ validation }) => {
      const own = rate;
      if (validation.accuracy! > best) best = validation.accuracy!;
      else rate /= 2;
      return own;
    });
    expect(ratesOf(epochs)).toEqual(expected);
    // Both have to happen for this to say anything.
    expect(epochs[1]!.learningRate).toBe(0.02);
    expect(epochs.at(-1)!.learningRate).toBeLessThan(0.02);
  });
});

describe('several batches a step', () => {
  it('are told batch by batch, and each step has one learning rate', async () => {
    const { batches, warnings } = await trainToy({
      epochs: 2,
      gradientAccumulation: 2,
      scheduler: { type: 'linear', warmupSteps: 2 },
    });
    // 5 batches an epoch make 3 steps, the last one of a single batch.
    expect(batches.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(batches.map(({ epoch, batch }) => [epoch, batch])).toEqual(
      [1, 2].flatMap((epoch) => [1, 2, 3, 4, 5].map((batch) => [epoch, batch])),
    );
    expect(batches.every((event) => event.batches === 5)).toBe(true);
    expect(batches.at(-1)!.etaSeconds).toBe(0);
    const shares = [0, 0, 1 / 2, 1 / 2, 1, 3 / 4, 3 / 4, 2 / 4, 2 / 4, 1 / 4];
    expectClose(
      ratesOf(batches),
      shares.map((share) => 0.02 * share),
      1e-12,
      'rates',
    );
    expect(warnings).toEqual([]);
  });

  it('count as one step for the warm-up', async () => {
    const { warnings } = await trainToy({
      epochs: 1,
      gradientAccumulation: 2,
      scheduler: { type: 'constant', warmupSteps: 3 },
    });
    expect(warnings).toEqual([
      'The learning rate never reaches its full size: training takes 3 steps, and warming up 3.',
    ]);
  });
});
