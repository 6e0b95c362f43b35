import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/experiment/option-error';
import { parseExperiment, resolvedToJson } from '../../src/experiment/parse';
import { loadPredictor } from '../../src/predict/predictor';
import { readEvents } from '../../src/runs/events';
import { runPaths } from '../../src/runs/paths';
import { createRun } from '../../src/runs/run-writer';
import { readSafetensors } from '../../src/runs/safetensors';
import { type Executor, type Fallbacks, floatTensor } from '../../src/runtime/executor';
import { loadData } from '../../src/trainer/load-data';
import type { RunContext } from '../../src/trainer/run-context';
import { trainNetwork } from '../../src/trainer/train-network';
import { trainPretrained } from '../../src/trainer/train-pretrained';
import { expectClose } from '../support/close';
import { type HostDeviceOptions, hostDevice } from '../support/host-device';
import { executor } from '../support/run';
import { writeTinyCheckpoint } from '../support/tiny-checkpoint';
import { toyReviews, workspace, writeExperiment } from '../support/toy-data';

/** Validation rows that say the opposite: the better the words are learnt, the worse. */
const opposite = toyReviews(40, 2).replace(/(good|bad)$/gm, (label) => (label === 'good' ? 'bad' : 'good'));
const files = { 'train.csv': toyReviews(120), 'test.csv': toyReviews(40, 3), 'opposite.csv': opposite };

const network = {
  type: 'lstm',
  embedding: { size: 8 },
  hiddenSize: 8,
};

/** A run from its data to its model folder, on this executor. */
async function runOn(
  executor: Executor,
  changes: { data?: object; model?: object; training?: object; runtime?: object },
) {
  const folder = workspace();
  writeTinyCheckpoint(join(folder, 'encoder'));
  const config = join(folder, 'encoder', 'config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll(/(dropout_prob":)0\.1/g, '$10'));
  const written = {
    data: { train: 'train.csv', test: 'test.csv', ...changes.data },
    model: changes.model ?? network,
    training: {
      epochs: 3,
      batchSize: 16,
      optimizer: { type: 'adamW', learningRate: 0.01 },
      ...changes.training,
    },
    runtime: changes.runtime ?? {},
  };
  const experimentFile = writeExperiment(folder, written, files);
  const { experiment, problems } = parseExperiment(JSON.stringify(written), experimentFile);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const writer = createRun({
    ...{ root: folder, name: 'toy', experimentFile, experimentText: resolvedToJson(experiment!) },
    ...{ model: experiment!.model.type, seed: 42, versions: { textclf: '0', onnxruntime: '0' } },
    ...{ device: executor.name, threads: 1 },
  });
  const { signal } = new AbortController();
  const context: RunContext = {
    ...{
      writer,
      experiment: experiment!,
      folder,
      root: folder,
      paths: runPaths(writer.folder),
      executor,
      signal,
    },
    computedBy: { device: executor.name, threads: 1 },
  };
  const dataset = await loadData(experiment!, folder, folder, signal);
  const trainer = experiment!.model.type === 'pretrained' ? trainPretrained : trainNetwork;
  const evaluation = await trainer(context, dataset);
  writer.finish('succeeded');
  const { events } = readEvents(runPaths(writer.folder).events);
  const epochs = events.flatMap((event) => (event.type === 'epoch' ? [event] : []));
  return {
    ...{ evaluation: evaluation!, epochs, model: context.paths.model },
    told: events.find((event) => event.type === 'model'),
    log: readFileSync(runPaths(writer.folder).log, 'utf8'),
    losses: epochs.flatMap(({ train, validation }) => [train.loss!, validation.loss!]),
    weights: readSafetensors(join(context.paths.model, 'model.safetensors')).tensors,
  };
}

describe('a run on a device', () => {
  const settings = [
    ['a network', {}],
    ['a network whose first epoch was its best', { data: { validation: 'opposite.csv' } }],
    [
      'an encoder that is frozen for an epoch',
      {
        model: { type: 'pretrained', encoder: './encoder' },
        training: {
          freezeEncoderEpochs: 1,
          optimizer: { type: 'adamW', learningRate: 0.003, epsilon: 1e-4 },
        },
      },
    ],
  ] as const;
  it.each(settings)('is the same as on the processor: %s', async (what, changes) => {
    const device = hostDevice();
    const [expected, found] = [await runOn(executor, changes), await runOn(device, changes)];
    expectClose(found.losses, expected.losses, 1e-4, 'loss');
    expect(Object.keys(found.weights)).toEqual(Object.keys(expected.weights));
    for (const [name, { data }] of Object.entries(expected.weights).filter(
      ([key]) => !key.endsWith('key.bias'),
    ))
      expectClose(found.weights[name]!.data as Float32Array, data as Float32Array, 1e-3, name);
    expect(found.told).toMatchObject({ ...expected.told, time: expect.anything(), device: device.name });
    expect(found.told).not.toHaveProperty('fallbacks');
    expect(device.living).toBe(0);
    expect(found.evaluation.accuracy).toBe(expected.evaluation.accuracy);
    expectClose([found.evaluation.loss!], [expected.evaluation.loss!], 1e-4, 'test loss');
    if (what.includes('first epoch'))
      expect(found.epochs.map(({ best }) => best)).toEqual([true, false, false]);
  });

  it('evaluates and leaves the best weights, which the model folder predicts with', async () => {
    const { evaluation, model, epochs } = await runOn(hostDevice(), {
      data: { validation: 'opposite.csv', test: 'opposite.csv' },
      training: { epochs: 4 },
    });
    expect(epochs.map(({ best }) => best)).toEqual([true, false, false, false]);
    expectClose([evaluation.loss!], [epochs[0]!.validation.loss!], 1e-6, 'loss of the best epoch');
    const predictor = await loadPredictor(model);
    const lines = opposite.trim().split('\n').slice(1);
    const texts = lines.map((line) => line.slice(1, line.lastIndexOf('"')));
    const predicted = await predictor.predict(texts);
    const right = predicted.filter(({ label }, i) => lines[i]!.endsWith(`,${label}`)).length;
    expect(right / texts.length).toBe(evaluation.accuracy);
    await predictor.release();
  });

  it('says what the processor has to do of the model', async () => {
    const fallbacks = new Map<string, Fallbacks>([
      ['gradients', { Scan: 2, Where: 1 }],
      ['evaluation', { Scan: 1 }],
    ]);
    const { told, log } = await runOn(hostDevice({ fallbacks }), { training: { epochs: 1 } });
    expect(told).toMatchObject({ fallbacks: { Scan: 3, Where: 1 } });
    expect(log).toContain("Of this model's operations the processor does: Scan (3), Where (1)");
  });

  it('trains with products in 16 bits where the experiment asks for them', async () => {
    const runtime = { device: 'webgpu', precision: 'float16' };
    const [full, half] = [await runOn(hostDevice(), {}), await runOn(hostDevice(), { runtime })];
    expect(half.losses).not.toEqual(full.losses);
    expectClose(half.losses, full.losses, 1e-2, 'loss');
  });

  it('says of a loss that is lost in 16 bits that they may be why', async () => {
    const meddle: HostDeviceOptions['meddle'] = (program, results) => {
      if (program === 'gradients') results.loss = floatTensor([], [Number.POSITIVE_INFINITY]);
    };
    const hintOf = async (runtime: object) => {
      const error = await runOn(hostDevice({ meddle }), { runtime }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(OptionError);
      return (error as OptionError).hint;
    };
    expect(await hintOf({ device: 'webgpu', precision: 'float16' })).toMatch(/16 bits.*"precision"/);
    expect(await hintOf({ device: 'webgpu' })).not.toMatch(/16 bits/);
  });
});
