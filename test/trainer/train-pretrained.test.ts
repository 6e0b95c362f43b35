import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPredictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { formatError } from '../../src/protocol/human-error';
import { readEvents } from '../../src/runs/events';
import { runPaths } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { readSafetensors } from '../../src/runs/safetensors';
import { train } from '../../src/trainer/train';
import { expectClose } from '../support/close';
import { writeTinyCheckpoint } from '../support/tiny-checkpoint';
import { toyReviews, workspace, writeExperiment } from '../support/toy-data';

interface Changes {
  readonly data?: object;
  readonly model?: object;
  readonly training?: object;
  readonly examples?: readonly string[];
}

function experimentOf({ data, model, training, examples = [] }: Changes) {
  return {
    data: { train: 'train.csv', ...data },
    model: { type: 'pretrained', encoder: './encoder', ...model },
    training: {
      epochs: 8,
      batchSize: 16,
      optimizer: { type: 'adamW', learningRate: 0.003 },
      ...training,
    },
    runtime: { threads: 2 },
    examples,
  };
}

function prepare(changes: Changes = {}, architecture: 'bert' | 'distilbert' = 'bert') {
  const folder = workspace();
  writeTinyCheckpoint(join(folder, 'encoder'), architecture);
  const file = writeExperiment(folder, experimentOf(changes), {
    'train.csv': toyReviews(300),
    'test.csv': toyReviews(100, 2),
  });
  return { folder, file };
}

const run = ({ folder, file }: { folder: string; file: string }, onEvent?: (event: RunEvent) => void) =>
  train({ experimentFile: file, root: folder, ...(onEvent ? { onEvent } : {}) });

function eventsOf(folder: string): readonly RunEvent[] {
  const { events, problems } = readEvents(runPaths(folder).events);
  expect(problems).toEqual([]);
  return events;
}

const weightsIn = (folder: string) =>
  readSafetensors(join(runPaths(folder).model, 'model.safetensors')).tensors;

describe('fine-tuning', () => {
  it.each(['bert', 'distilbert'] as const)(
    'teaches a %s what the words tell, and its model folder says the same',
    async (architecture) => {
      const texts = ['a superb film', 'the story was awful'];
      const changes = { data: { test: 'test.csv' }, training: { epochs: 16 }, examples: texts };
      const prepared = prepare(changes, architecture);
      const { folder, evaluation } = await run(prepared);
      expect(evaluation).toMatchObject({ split: 'test', rows: 100 });
      expect(evaluation!.accuracy).toBeGreaterThan(0.95);
      expect(readRecord(folder)).toMatchObject({ model: 'pretrained', encoder: './encoder' });
      const events = eventsOf(folder);
      const phases = events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
      expect(phases.slice(0, 3)).toEqual(['reading data', 'tokenizing', 'compiling']);
      expect(events.find(({ type }) => type === 'model')).toMatchObject({
        summary: `./encoder: ${architecture === 'bert' ? 'BERT' : 'DistilBERT'}, 2 layers of 16 units, 2 heads`,
      });
      const examples = events.find((event) => event.type === 'examples')!.examples;
      expect(examples.map(({ label }) => label)).toEqual(['good', 'bad']);

      const predictor = await loadPredictor(runPaths(folder).model);
      const predictions = await predictor.predict(texts);
      expectClose(
        predictions.map(({ probability }) => probability),
        examples.map(({ probability }) => probability),
        1e-5,
        'probability',
      );
      await predictor.release();
      const card = readFileSync(join(runPaths(folder).model, 'README.md'), 'utf8');
      expect(card).toContain(`${(100 * evaluation!.accuracy).toFixed(1)}`);
      expect(card).not.toContain(prepared.folder);
    },
  );

  it('marks the thaw, and trains nothing but the classifier before it', async () => {
    const prepared = prepare({ training: { epochs: 3, freezeEncoderEpochs: 3 } });
    const frozen = await run(prepared);
    const [before, after] = [
      readSafetensors(join(prepared.folder, 'encoder', 'model.safetensors')).tensors,
      weightsIn(frozen.folder),
    ];
    for (const [name, { data }] of Object.entries(before)) expect(after[name]!.data, name).toEqual(data);
    expect(eventsOf(frozen.folder).some(({ type }) => type === 'thawed')).toBe(false);

    writeFileSync(
      prepared.file,
      JSON.stringify(experimentOf({ training: { epochs: 3, freezeEncoderEpochs: 2 } })),
    );
    const thawed = await run(prepared);
    const events = eventsOf(thawed.folder);
    const at = events.findIndex(({ type }) => type === 'thawed');
    expect(events[at]).toMatchObject({ epoch: 3 });
    expect(events.slice(0, at).filter(({ type }) => type === 'epoch')).toHaveLength(2);
    // The frozen epochs are those of the run that never thaws, but for the schedule's end.
    expect(events.find(({ type }) => type === 'batch')).toMatchObject({
      loss: (eventsOf(frozen.folder).find(({ type }) => type === 'batch') as { loss: number }).loss,
    });
  });

  it('keeps the best epoch: its scores are those of the final evaluation', async () => {
    // Far too large steps make later epochs worse.
    const training = { epochs: 6, optimizer: { type: 'adamW', learningRate: 0.08 }, gradientClip: 0 };
    const { folder, evaluation } = await run(
      prepare({ data: { validation: 0.3 }, training: { ...training, seed: 5 } }),
    );
    const epochs = eventsOf(folder).filter((event) => event.type === 'epoch');
    const best = epochs.filter(({ best: isBest }) => isBest).at(-1)!;
    expect(best.epoch).toBeLessThan(6);
    expectClose([evaluation!.loss!], [best.validation.loss!], 1e-5, 'loss');
    const predictor = await loadPredictor(runPaths(folder).model);
    await predictor.release();
  });

  it('gives one logit for two classes on request, with the same probabilities in its model folder', async () => {
    const texts = ['a superb film', 'the story was awful', 'the music in it'];
    const { folder } = await run(prepare({ training: { loss: 'bceWithLogits' }, examples: texts }));
    const config = JSON.parse(readFileSync(join(runPaths(folder).model, 'config.json'), 'utf8'));
    expect(Object.values(config.id2label)).toEqual(['bad', 'good']);
    const examples = eventsOf(folder).find((event) => event.type === 'examples')!.examples;
    const predictor = await loadPredictor(runPaths(folder).model);
    const found = await predictor.predict(texts);
    expect(found.map(({ label }) => label)).toEqual(examples.map(({ label }) => label));
    expectClose(
      found.map(({ probability }) => probability),
      examples.map(({ probability }) => probability),
      1e-5,
      'probability',
    );
    await predictor.release();
  });

  it('gives the same run for the same seed', async () => {
    const losses = async (seed: number) => {
      const { folder } = await run(prepare({ training: { epochs: 1, seed } }));
      return eventsOf(folder).flatMap((event) => (event.type === 'batch' ? [event.loss] : []));
    };
    const first = await losses(3);
    expect(await losses(3)).toEqual(first);
    expect(await losses(4)).not.toEqual(first);
  });

  it('goes on from a classifier of the same labels that was trained before', async () => {
    const prepared = prepare();
    const first = await run(prepared);
    const model = { encoder: runPaths(first.folder).model };
    writeFileSync(
      prepared.file,
      JSON.stringify(
        experimentOf({ model, training: { epochs: 1, optimizer: { type: 'adamW', learningRate: 1e-9 } } }),
      ),
    );
    const second = await run(prepared);
    expectClose([second.evaluation!.loss!], [first.evaluation!.loss!], 1e-4, 'loss');
  });

  it('cuts long texts and says how much of them', async () => {
    const { folder } = await run(prepare({ model: { maxLength: 6 }, training: { epochs: 1 } }));
    const data = eventsOf(folder).find((event) => event.type === 'data')!;
    expect(data.lengths.cutTexts).toBeGreaterThan(200);
    expect(data.lengths.cutTokenShare).toBeGreaterThan(0.1);
  });

  it('keeps the best model when it is stopped', async () => {
    const prepared = prepare({ training: { epochs: 50 } });
    const stop = new AbortController();
    const result = await train({
      experimentFile: prepared.file,
      root: prepared.folder,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'epoch' && event.epoch === 2) stop.abort();
      },
    });
    expect(result.status).toBe('stopped');
    const predictor = await loadPredictor(runPaths(result.folder).model);
    expect(predictor.labels).toEqual(['bad', 'good']);
    await predictor.release();
  });
});

describe('what cannot be fine-tuned', () => {
  const failing = async (change: (folder: string) => void, changes: Changes = {}) => {
    const prepared = prepare(changes);
    change(prepared.folder);
    let id: string | undefined;
    const error = await train({
      experimentFile: prepared.file,
      root: prepared.folder,
      onRun: (started) => {
        id = started.folder;
      },
    }).catch((thrown: unknown) => thrown);
    const message = formatError(error);
    expect(readRecord(id!)).toMatchObject({ status: 'failed', message });
    expect(existsSync(runPaths(id!).model)).toBe(false);
    return message;
  };

  it.each([
    [
      'a folder without weights',
      (folder: string) => rmSync(join(folder, 'encoder', 'model.safetensors')),
      'model.safetensors',
    ],
    [
      'a folder without a tokenizer',
      (folder: string) => rmSync(join(folder, 'encoder', 'vocab.txt')),
      'tokenizer.json',
    ],
    [
      'a folder without a configuration',
      (folder: string) => rmSync(join(folder, 'encoder', 'config.json')),
      'config.json',
    ],
    ['no folder', (folder: string) => rmSync(join(folder, 'encoder'), { recursive: true }), 'encoder'],
    [
      'another architecture',
      (folder: string) => writeFileSync(join(folder, 'encoder', 'config.json'), '{"model_type":"gpt2"}'),
      'gpt2',
    ],
  ])('%s', async (_, change, named) => {
    expect(await failing(change)).toContain(named);
  });

  it('longer texts than the encoder reads', async () => {
    const message = await failing(() => {}, { model: { maxLength: 25 } });
    expect(message).toMatch(/toy\.textclf\.json.*at most 24 tokens/);
  });

  it('more frozen layers than there are', async () => {
    const message = await failing(() => {}, { model: { freezeLayers: 3 } });
    expect(message).toContain('toy.textclf.json');
    expect(message).toMatch(/2 layers.*3/);
  });
});
