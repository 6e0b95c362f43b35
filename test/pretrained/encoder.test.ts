import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constant, input, sum } from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Value } from '../../src/graph/ops';
import { activations } from '../../src/nn/activations';
import { Scope } from '../../src/nn/scope';
import { checkpointNames } from '../../src/pretrained/checkpoint-names';
import { longestText } from '../../src/pretrained/config';
import {
  classify,
  embedTokens,
  encoderLayer,
  encodeTexts,
  frozenLayers,
  ownLayers,
} from '../../src/pretrained/encoder';
import { depthOf, WORD_TABLE } from '../../src/pretrained/names';
import { readSafetensors } from '../../src/runs/safetensors';
import { expectClose } from '../support/close';
import { referenceOptimizer } from '../support/reference-optimizers';
import { evaluate, executor, floatTensor } from '../support/run';
import { maskOf } from '../support/torch';
import {
  classifierProgram,
  encoderFixture,
  encoderNames,
  feedsOf,
  openFixture,
  readWeights,
} from './encoder-fixture';

describe.each(encoderNames)('%s equals PyTorch', (name) => {
  const { folder, batches, losses } = encoderFixture(name);
  const checkpoint = openFixture(name);
  const { config } = checkpoint;
  const { inputs, outputs, specs } = classifierProgram(config, 3);
  const weights = readWeights(checkpoint, specs);
  checkpoint.close();

  it('in the logits of padded batches', async () => {
    for (const batch of batches) {
      const results = await evaluate({ logits: outputs.logits! }, inputs, { ...feedsOf(batch), ...weights });
      expectClose(results.logits!, batch.logits.data, 1e-5, 'logits');
    }
  });

  it('in the gradient of every parameter', async () => {
    const results = await evaluate(outputs, inputs, { ...feedsOf(batches[0]!), ...weights });
    const { tensors } = readSafetensors(`${folder}/gradients.safetensors`);
    const names = checkpointNames(config);
    const theirs = [...names.values()].map((found) => found.name).sort();
    expect(theirs).toEqual(Object.keys(tensors).sort());
    for (const { name: ours } of specs) {
      const { name: its, transposed } = names.get(ours)!;
      const { shape, data } = tensors[its]! as { shape: number[]; data: Float32Array };
      const [rows, columns] = shape as [number, number];
      const expected = transposed
        ? Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!)
        : [...data];
      // The scores' softmax does not change with a key's bias: where the gradient is zero, there is only noise.
      const scale = Math.max(1e-4, ...expected.map(Math.abs));
      const scaled = (values: Iterable<number>) => Array.from(values, (value) => value / scale);
      expectClose(scaled(results[`${ours}_grad`]!), scaled(expected), 1e-4, `gradient of ${ours}`);
    }
  });

  it('in the losses of ten steps of AdamW', async () => {
    const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    const optimizers = specs.map((spec) => {
      const weightDecay = spec.name.endsWith('.bias') || /norm\./i.test(spec.name) ? 0 : 0.01;
      const start = weights[spec.name]!.data;
      return referenceOptimizer({ type: 'adamW', learningRate: 1e-3, ...options, weightDecay }, start);
    });
    const executable = await executor.compile({ name, inputs, outputs });
    const found: number[] = [];
    for (const [step] of losses.entries()) {
      const parameters = Object.fromEntries(
        specs.map((spec, i) => [spec.name, floatTensor(spec.shape, optimizers[i]!.parameter)]),
      );
      const results = await executable.run({ ...feedsOf(batches[step % batches.length]!), ...parameters });
      found.push(results.loss!.data[0] as number);
      specs.forEach((spec, i) => {
        optimizers[i]!.step(results[`${spec.name}_grad`]!.data as Float32Array, 1e-3);
      });
    }
    await executable.release();
    expectClose(found, losses, 1e-4, 'loss');
    // The curve is worth following: it goes down.
    expect(losses.at(-1)! + losses.at(-2)!).toBeLessThan(0.9 * (losses[0]! + losses[1]!));
  });

  it('has room for its longest text', async () => {
    const time = longestText(config);
    // RoBERTa's table has two rows more, which stand for padding.
    expect(time).toBe(12);
    const ids = [Array.from({ length: time }, (_, i) => 5 + i)];
    const feeds = feedsOf({ ...batches[0]!, ids, lengths: [time], labels: [0] });
    const results = await evaluate({ logits: outputs.logits! }, inputs, { ...feeds, ...weights });
    expect([...results.logits!].every(Number.isFinite)).toBe(true);
  });

  it('names every parameter as a checkpoint does, once', () => {
    const names = checkpointNames(config);
    expect([...names.keys()].sort()).toEqual(specs.map((spec) => spec.name).sort());
    expect(new Set([...names.values()].map((found) => found.name)).size).toBe(names.size);
    const depths = new Set(specs.map((spec) => depthOf(spec.name, ownLayers(config))));
    // The head, each layer with parameters of its own, the embedding.
    const all = Array.from(
      { length: (config.architecture === 'albert' ? 1 : config.layers) + 2 },
      (_, i) => i,
    );
    expect([...depths].sort()).toEqual(all);
  });
});

describe.each(encoderNames)('a layer of %s', (name) => {
  it('gives the first token the same state, whether the others are asked for or not', async () => {
    const checkpoint = openFixture(name);
    const { config } = checkpoint;
    const states = input('states', ['time', 'batch', config.hiddenSize]);
    const mask = input('mask', ['time', 'batch', 1]);
    const build = (firstOnly: boolean) => {
      const scope = new Scope(true);
      const result = encoderLayer(scope, 0, states, mask, config, { frozen: true, firstOnly });
      return { result, parameters: [...scope.parameters.values()] };
    };
    const [all, first] = [build(false), build(true)];
    expect(all.parameters.map(({ spec }) => spec)).toEqual(first.parameters.map(({ spec }) => spec));
    const weights = readWeights(
      checkpoint,
      all.parameters.map(({ spec }) => spec),
    );
    checkpoint.close();
    const [time, batch] = [5, 3];
    const data = Array.from({ length: time * batch * config.hiddenSize }, (_, i) => Math.sin(i));
    const feeds = {
      states: floatTensor([time, batch, config.hiddenSize], data),
      mask: floatTensor([time, batch, 1], maskOf([5, 2, 4], time)),
      ...weights,
    };
    const run = async ({ result, parameters }: typeof all) => {
      const values = parameters.map(({ value }) => value);
      return (await evaluate({ result }, [states, mask, ...values], feeds)).result!;
    };
    const whole = await run(all);
    expectClose(await run(first), whole.subarray(0, batch * config.hiddenSize), 1e-6, 'state');
  });
});

describe('dropout', () => {
  const { config: bert } = openFixture('bert');
  const masksOf = (config: typeof bert, use: Parameters<typeof encodeTexts>[4]) => {
    const scope = new Scope(true);
    const embedded = input('embedded', ['time', 'batch', config.embeddingSize]);
    const state = encodeTexts(scope, embedded, input('mask', ['time', 'batch', 1]), config, use);
    classify(scope, state, config, 3);
    return scope.dropoutMasks.map(({ mask }) => mask);
  };
  const layer = (i: number) => [
    `layers.${i}.attention.shares_dropout`,
    `layers.${i}.attention_dropout`,
    `layers.${i}.feedForward_dropout`,
  ];
  const all = { freezeEmbeddings: false, freezeLayers: 0 };
  const namesOf = (use: typeof all) => masksOf(bert, use).map((mask) => mask.name);

  it('stands where BERT has it', () => {
    expect(namesOf(all)).toEqual(['embedding_dropout', ...layer(0), ...layer(1), 'head_dropout']);
    const masks = masksOf({ ...bert, dropout: 0.2, attentionDropout: 0.3, headDropout: 0.4 }, all);
    expect(masks.slice(-4)).toEqual([
      { name: 'layers.1.attention.shares_dropout', shape: ['batch', 4, 1, 'time'], rate: 0.3 },
      { name: 'layers.1.attention_dropout', shape: [1, 'batch', 16], rate: 0.2 },
      { name: 'layers.1.feedForward_dropout', shape: [1, 'batch', 16], rate: 0.2 },
      { name: 'head_dropout', shape: ['batch', 16], rate: 0.4 },
    ]);
  });

  it('leaves frozen parts alone', () => {
    const frozenEmbeddings = namesOf({ ...all, freezeEmbeddings: true });
    expect(frozenEmbeddings).toEqual([...layer(0), ...layer(1), 'head_dropout']);
    expect(namesOf({ ...all, freezeLayers: 1 })).toEqual([...layer(1), 'head_dropout']);
    expect(namesOf({ ...all, freezeLayers: 2 })).toEqual(['head_dropout']);
    const scope = new Scope(true);
    embedTokens(scope, input('x', ['time', 'batch', 16]), bert, { frozen: true });
    expect(scope.dropoutMasks).toEqual([]);
  });

  it('leaves all of ALBERT alone where one layer is frozen, which is each of them', () => {
    const { config } = openFixture('albert');
    const albert = { ...config, dropout: 0.1, attentionDropout: 0.1 };
    expect(frozenLayers(albert, 1)).toBe(3);
    expect(frozenLayers(albert, 0)).toBe(0);
    expect(masksOf(albert, { ...all, freezeLayers: 1 }).map((mask) => mask.name)).toEqual(['head_dropout']);
  });

  it('stands where the other architectures have it', () => {
    const of = (name: Parameters<typeof openFixture>[0]) => {
      const { config } = openFixture(name);
      return masksOf({ ...config, dropout: 0.1, attentionDropout: 0.1 }, all).map((mask) => mask.name);
    };
    expect(of('roberta').slice(-2)).toEqual(['head.state_dropout', 'head_dropout']);
    expect(of('distilbert')).not.toContain('layers.0.attention_dropout');
    // ALBERT's layers share their parameters, but each draws masks of its own.
    expect(of('albert')).toEqual([
      'embedding_dropout',
      ...['', '_1', '_2'].flatMap((use) => [
        `layers.0.attention.shares_dropout${use}`,
        `layers.0.attention_dropout${use}`,
      ]),
      'head_dropout',
    ]);
  });
});

describe('new weights', () => {
  it('start as those of transformers', () => {
    const { config } = openFixture('albert');
    for (const { name, initializer } of classifierProgram(config, 3).specs) {
      if (name === WORD_TABLE) continue;
      const isNorm = /norm\./i.test(name);
      const weight = isNorm ? { type: 'ones' } : { type: 'normal', deviation: 0.2 };
      expect([name, initializer]).toEqual([name, name.endsWith('.bias') ? { type: 'zeros' } : weight]);
    }
  });
});

describe('a scope', () => {
  it('gives a shared parameter again, but not with another shape', () => {
    const scope = new Scope(true);
    scope.share('layers.0');
    const first = scope.parameter('layers.0.weight', [2], { type: 'zeros' });
    expect(scope.parameter('layers.0.weight', [2], { type: 'zeros' })).toBe(first);
    expect(scope.parameters.size).toBe(1);
    expect(() => scope.parameter('layers.0.weight', [3], { type: 'zeros' })).toThrow('layers.0.weight');
    scope.parameter('layers.01.weight', [2], { type: 'zeros' });
    expect(() => scope.parameter('layers.01.weight', [2], { type: 'zeros' })).toThrow('declared twice');
  });
});

interface Activation {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly gradient: readonly number[];
}

describe('the activations equal PyTorch', () => {
  const file = new URL('../fixtures/pretrained/encoders/activations.json', import.meta.url);
  const cases: Record<string, Activation> = JSON.parse(readFileSync(file, 'utf8'));

  it('all of them', () => {
    expect(Object.keys(activations).sort()).toEqual(Object.keys(cases).sort());
  });

  it.each(Object.keys(cases))('%s', async (name) => {
    const { x, y, gradient } = cases[name]!;
    const values = input('x', [x.length]);
    const result = activations[name]!(values) as Value;
    const [slope] = differentiate([sum(result, [0])], [constant(1)], [values]);
    const feeds = { x: floatTensor([x.length], x) };
    const found = await evaluate({ result, slope: slope! }, [values], feeds);
    expectClose(found.result!, y, 1e-5, 'y');
    expectClose(found.slope!, gradient, 1e-5, 'gradient');
  });
});
