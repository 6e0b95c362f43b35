import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { Architecture, EncoderConfig } from '../../src/pretrained/config';
import { WORD_TABLE } from '../../src/pretrained/names';
import type { Executor } from '../../src/runtime/executor';
import { type EncodedText, makeBatch } from '../../src/trainer/batch';
import type { EncoderShape } from '../../src/trainer/pretrained-programs';
import { PretrainedStep, type PretrainedStepOptions } from '../../src/trainer/pretrained-step';
import { tableRows } from '../../src/trainer/text-work';
import { encoderFixture, encoderNames, openFixture } from '../pretrained/encoder-fixture';
import { expectClose } from '../support/close';
import { executor } from '../support/run';
import { randomWeights, tinyConfig } from '../support/tiny-encoder';

const architectures: Architecture[] = ['bert', 'roberta', 'distilbert', 'albert'];
const sgd = { type: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0 } as const;

function shapeOf(config: EncoderConfig, changes: Partial<EncoderShape> = {}): EncoderShape {
  const form = { task: 'single-label', loss: 'crossEntropy', outputs: 3 } as const;
  return { ...form, config, freezeEmbeddings: false, freezeLayers: 0, ...changes };
}

async function open(
  shape: EncoderShape,
  options: Partial<PretrainedStepOptions> = {},
  on: Executor = executor,
): Promise<PretrainedStep> {
  const step = await PretrainedStep.compile(on, {
    shape,
    optimizer: sgd,
    gradientClip: 0,
    gradientClipBy: 'norm',
    gradientAccumulation: 1,
    layerLearningRateDecay: 1,
    recompute: false,
    startsFrozen: false,
    staysFrozen: false,
    ...options,
  });
  randomWeights(step);
  return step;
}

/** Rows of the table: token ids + 1. */
const texts: EncodedText[] = [[3, 4, 5, 6, 7], [8], [9, 3, 3], [20, 1, 2, 10, 11, 12, 13]].map((ids, i) => ({
  ids: Int32Array.from(ids),
  labels: [i % 3],
}));

type Weights = Record<string, number[]>;

function weightsOf({ parameters, table }: PretrainedStep): Weights {
  const named = Object.entries(parameters.values).map(([name, { data }]) => [name, Array.from(data, Number)]);
  table.settle();
  return { ...Object.fromEntries(named), table: [...table.table] };
}

/** A bias of keys moves all scores of a query alike: it has no gradient but what rounding leaves. */
const isMoved = (name: string) => !name.endsWith('key.bias');

const changed = (before: Weights, after: Weights) =>
  Object.keys(before).filter(
    (name) => isMoved(name) && before[name]!.some((value, i) => value !== after[name]![i]),
  );

/** An executor that counts how often each program runs. */
function counting(): { on: Executor; runs: Record<string, number> } {
  const runs: Record<string, number> = {};
  return {
    runs,
    on: {
      ...executor,
      async compile(program, weights) {
        const executable = await executor.compile(program, weights);
        const run: typeof executable.run = (...args) => {
          runs[program.name] = (runs[program.name] ?? 0) + 1;
          return executable.run(...args);
        };
        return { run, release: () => executable.release() };
      },
    },
  };
}

describe.each(encoderNames)('ten steps of AdamW on %s equal PyTorch', (name) => {
  for (const recompute of [false, true]) {
    it(recompute ? 'with layers computed once more' : 'as a whole', async () => {
      const { batches, losses } = encoderFixture(name);
      const checkpoint = openFixture(name);
      const without = { dropout: 0, attentionDropout: 0, headDropout: 0 };
      const shape = shapeOf({ ...checkpoint.config, ...without });
      const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
      const optimizer = { type: 'adamW', learningRate: 1e-3, ...moments, weightDecay: 0.01 } as const;
      const step = await open(shape, { optimizer, recompute });
      for (const { name: parameter } of step.specs) {
        checkpoint.read(parameter, step.parameters.values[parameter]!.data as Float32Array);
      }
      checkpoint.read(WORD_TABLE, step.table.table.subarray(step.table.width));
      checkpoint.close();
      const found: number[] = [];
      for (let i = 0; i < losses.length; i++) {
        const { ids, lengths, labels } = batches[i % batches.length]!;
        const rows = ids.map((text, row) => ({
          ids: tableRows(Int32Array.from(text.slice(0, lengths[row]!))),
          labels: [labels[row]!],
        }));
        found.push((await step.train(makeBatch(rows, shape), 1e-3, createRandom(1))).loss);
      }
      expectClose(found, losses, 1e-4, 'loss');
      await step.release();
    });
  }
});

describe('layers computed once more in the backward pass', () => {
  for (const architecture of architectures) {
    // All of ALBERT's layers are one.
    for (const freezeLayers of architecture === 'albert' ? [0] : [0, 1, 2]) {
      it(`${architecture}, ${freezeLayers} layers frozen: the same losses and weights as the whole`, async () => {
        const shape = shapeOf(tinyConfig(architecture), { freezeLayers });
        const [whole, layerwise] = [await open(shape), await open(shape, { recompute: true })];
        const [random, batch] = [createRandom(1), makeBatch(texts, shape)];
        for (let step = 0; step < 3; step++) {
          const [expected, found] = [
            await whole.train(batch, 0.1, random),
            await layerwise.train(batch, 0.1, random),
          ];
          expectClose([found.loss], [expected.loss], 1e-5, 'loss');
          expectClose(found.logits, expected.logits, 1e-5, 'logits');
        }
        const [expected, found] = [weightsOf(whole), weightsOf(layerwise)];
        for (const [name, values] of Object.entries(expected)) expectClose(found[name]!, values, 1e-4, name);
        await Promise.all([whole, layerwise].map((step) => step.release()));
      });
    }
  }

  it('have the same dropout both times: a finite difference along the gradient agrees', async () => {
    const config = tinyConfig('bert', { dropout: 0.3, attentionDropout: 0.3, headDropout: 0.3 });
    const shape = shapeOf(config);
    const batch = makeBatch(texts, shape);
    // A new step draws the same masks from the same seed.
    const [still, moved, after] = [1, 2, 3].map(() => open(shape, { recompute: true }));
    const { loss } = await (await still!).train(batch, 0, createRandom(9));
    const { parameters, table } = await still!;
    const squares = parameters.squares(Object.keys(parameters.gradients)) + table.squares();
    // A step along the gradient changes the loss by its size times the squares.
    const size = 1e-3 / squares;
    await (await moved!).train(batch, size, createRandom(9));
    for (const [name, { data }] of Object.entries((await moved!).parameters.values)) {
      ((await after!).parameters.values[name]!.data as Float32Array).set(data as Float32Array);
    }
    (await after!).table.table.set((await moved!).table.table);
    const next = await (await after!).train(batch, 0, createRandom(9));
    expect((loss - next.loss) / (size * squares)).toBeCloseTo(1, 1);
    for (const step of [still!, moved!, after!]) await (await step).release();
  });
});

describe('freezing', () => {
  it('trains the classifier alone until the thaw, and computes each text once', async () => {
    const { on, runs } = counting();
    const shape = shapeOf(tinyConfig('bert', { dropout: 0.5, attentionDropout: 0.5 }));
    const step = await open(shape, { startsFrozen: true }, on);
    const before = weightsOf(step);
    const batch = makeBatch(texts, shape);
    for (let i = 0; i < 5; i++) await step.train(batch, 0.1, createRandom(i));
    await step.evaluate(makeBatch([...texts].reverse(), shape));
    expect(runs).toMatchObject({ encoding: 1 });
    const names = ['head.dense.bias', 'head.dense.weight', 'head.output.bias', 'head.output.weight'];
    expect(changed(before, weightsOf(step)).sort()).toEqual(names);

    const frozen = await step.evaluate(batch);
    step.thaw();
    expect((await step.evaluate(batch)).logits).toEqual(frozen.logits);
    await step.train(batch, 0.1, createRandom(1));
    // What no text has stays: the other positions and the second type of tokens are rows of tables.
    expect(changed(before, weightsOf(step)).sort()).toEqual(Object.keys(before).filter(isMoved).sort());
    await step.release();
  });

  it('learns as the whole network would if its lower part had a learning rate of zero', async () => {
    const shape = shapeOf(tinyConfig('distilbert'));
    const [frozen, whole] = [await open(shape, { startsFrozen: true }), await open(shape)];
    const batch = makeBatch(texts, shape);
    const encoder = Object.keys(whole.parameters.values).filter((name) => !name.startsWith('head.'));
    const kept = new Map(encoder.map((name) => [name, whole.parameters.values[name]!.data.slice()]));
    const table = whole.table.table.slice();
    for (let i = 0; i < 4; i++) {
      const [one, other] = [
        await frozen.train(batch, 0.1, createRandom(1)),
        await whole.train(batch, 0.1, createRandom(1)),
      ];
      expectClose([one.loss], [other.loss], 1e-5, 'loss');
      for (const [name, data] of kept)
        (whole.parameters.values[name]!.data as Float32Array).set(data as Float32Array);
      whole.table.table.set(table);
    }
    await Promise.all([frozen, whole].map((step) => step.release()));
  });

  for (const [what, changes, stays] of [
    ['the embedding', { freezeEmbeddings: true }, /^(table|positions|tokenTypes|embeddingNorm)/],
    ['two layers', { freezeLayers: 2 }, /^(table|positions|tokenTypes|embeddingNorm|layers\.[01]\.)/],
  ] as const) {
    it(`leaves ${what} as it is, and trains the rest`, async () => {
      const shape = shapeOf(tinyConfig('bert'), changes);
      const step = await open(shape);
      const before = weightsOf(step);
      await step.train(makeBatch(texts, shape), 0.1, createRandom(1));
      const rest = Object.keys(before).filter((name) => isMoved(name) && !stays.test(name));
      expect(changed(before, weightsOf(step)).sort()).toEqual(rest.sort());
      await step.release();
    });
  }
});

describe('the step', () => {
  it('sums several batches to what one batch of them all gives', async () => {
    const shape = shapeOf(tinyConfig('roberta'));
    const [whole, parts] = [await open(shape), await open(shape, { gradientAccumulation: 2 })];
    for (let step = 0; step < 3; step++) {
      const { loss } = await whole.train(makeBatch(texts, shape), 0.1, createRandom(1));
      const halves = [texts.slice(0, 2), texts.slice(2)].map((half) => makeBatch(half, shape));
      const results = [];
      for (const [i, half] of halves.entries()) {
        results.push(await parts.train(half, 0.1, createRandom(1), { divisor: 4, isLast: i === 1 }));
      }
      expectClose([(results[0]!.loss + results[1]!.loss) / 2], [loss], 1e-5, 'loss');
    }
    const [expected, found] = [weightsOf(whole), weightsOf(parts)];
    for (const [name, values] of Object.entries(expected)) expectClose(found[name]!, values, 1e-4, name);
    await Promise.all([whole, parts].map((step) => step.release()));
  });

  it('moves each layer less than the one above it, by the decay', async () => {
    const shape = shapeOf(tinyConfig('bert'));
    const [plain, decayed] = [await open(shape), await open(shape, { layerLearningRateDecay: 0.5 })];
    const before = weightsOf(plain);
    for (const step of [plain, decayed]) await step.train(makeBatch(texts, shape), 0.1, createRandom(1));
    const [full, less] = [weightsOf(plain), weightsOf(decayed)];
    const ratio = (name: string) => {
      const moved = (after: Weights) =>
        Math.hypot(...after[name]!.map((value, i) => value - before[name]![i]!));
      return moved(less) / moved(full);
    };
    expect(ratio('head.output.weight')).toBeCloseTo(1, 3);
    expect(ratio('layers.2.feedForward.hidden.weight')).toBeCloseTo(0.5, 3);
    expect(ratio('layers.0.attention.value.weight')).toBeCloseTo(0.125, 3);
    expect(ratio('table')).toBeCloseTo(0.0625, 3);
    expect(ratio('positions.weight')).toBeCloseTo(0.0625, 3);
    await Promise.all([plain, decayed].map((step) => step.release()));
  });

  it("counts ALBERT's single layer once, however often it is computed", async () => {
    const shape = shapeOf(tinyConfig('albert'));
    const [plain, decayed] = [await open(shape), await open(shape, { layerLearningRateDecay: 0.5 })];
    const before = weightsOf(plain);
    for (const step of [plain, decayed]) await step.train(makeBatch(texts, shape), 0.1, createRandom(1));
    const [full, less] = [weightsOf(plain), weightsOf(decayed)];
    const moved = (after: Weights, name: string) =>
      Math.hypot(...after[name]!.map((value, i) => value - before[name]![i]!));
    const ratios = ['head.dense.weight', 'layers.0.attention.value.weight', 'projection.weight'].map(
      (name) => moved(less, name) / moved(full, name),
    );
    expectClose(ratios, [1, 0.5, 0.25], 1e-3, 'ratio');
    await Promise.all([plain, decayed].map((step) => step.release()));
  });

  it('clips the norm over all that is trained, the word vectors included', async () => {
    const shape = shapeOf(tinyConfig('bert'));
    const [plain, clipped] = [await open(shape), await open(shape, { gradientClip: 0.01 })];
    const before = weightsOf(plain);
    for (const step of [plain, clipped]) await step.train(makeBatch(texts, shape), 0.1, createRandom(1));
    const norm = (step: PretrainedStep) =>
      Math.hypot(
        ...Object.entries(weightsOf(step)).flatMap(([name, after]) =>
          after.map((value, i) => value - before[name]![i]!),
        ),
      );
    expect(norm(plain)).toBeGreaterThan(0.01);
    expect(norm(clipped)).toBeCloseTo(0.1 * 0.01, 5);
    await Promise.all([plain, clipped].map((step) => step.release()));
  });

  it('changes nothing where the loss is not finite', async () => {
    const shape = shapeOf(tinyConfig('bert'));
    const step = await open(shape);
    (step.parameters.values['head.output.bias']!.data as Float32Array).fill(Number.POSITIVE_INFINITY);
    const before = weightsOf(step);
    const { loss } = await step.train(makeBatch(texts, shape), 0.1, createRandom(1));
    expect(loss).toBeNaN();
    expect(changed(before, weightsOf(step))).toEqual([]);
    await step.release();
  });

  it('gives a text the same logits whatever stands beside it, and repeats itself by the seed', async () => {
    const shape = shapeOf(tinyConfig('albert', { dropout: 0.2, attentionDropout: 0.2, headDropout: 0.2 }));
    const [one, same] = [await open(shape), await open(shape)];
    const { logits } = await one.evaluate(makeBatch(texts, shape));
    for (const [i, text] of texts.entries()) {
      const alone = await one.evaluate(makeBatch([text], shape));
      expectClose(logits.subarray(3 * i, 3 * i + 3), alone.logits, 1e-5, `text ${i}`);
    }
    for (const step of [one, same]) {
      const random = createRandom(4);
      for (let i = 0; i < 3; i++) await step.train(makeBatch(texts, shape), 0.1, random);
    }
    expect(weightsOf(one)).toEqual(weightsOf(same));
    await Promise.all([one, same].map((step) => step.release()));
  });
});
