import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../../src/protocol/events';
import { formatError } from '../../../src/protocol/human-error';
import { readRecord } from '../../../src/runs/record';
import { train } from '../../../src/trainer/train';
import { installFake, worksOn } from '../../support/fake-tensorflow';
import { tf } from '../../support/tensorflow';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../../support/toy-data';

afterEach(() => vi.unstubAllEnvs());

/** Trains a GRU on toy reviews; the losses of its epochs. */
async function run(folder: string, runtime: object) {
  const experiment = { ...toyExperiment({ training: { epochs: 2 } }), runtime: { threads: 1, ...runtime } };
  const file = writeExperiment(folder, experiment, { 'train.csv': toyReviews(200) });
  const events: RunEvent[] = [];
  const result = await train({ experimentFile: file, root: folder, onEvent: (event) => events.push(event) });
  const losses = events.flatMap((event) => (event.type === 'epoch' ? [event.train.loss] : []));
  return { ...result, losses };
}

describe('a training with the engine "tensorflow"', () => {
  it('goes as one with onnxruntime does, and says what computed it', async () => {
    const folder = workspace();
    installFake(folder, 'tfjs-node', worksOn('cpu'));
    vi.stubEnv('TEXTCLF_TENSORFLOW', folder);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', undefined);
    const before = tf.memory().numTensors;
    const theirs = await run(folder, { engine: 'tensorflow', device: 'cpu' });
    expect(tf.memory().numTensors).toBe(before);
    expect(process.env.TF_NUM_INTRAOP_THREADS).toBe('1');
    const record = readRecord(theirs.folder);
    expect(record).toMatchObject({
      runtime: { engine: 'tensorflow', device: 'cpu' },
      device: 'TensorFlow.js 4.22.0, cpu',
      threads: 1,
    });
    const ours = await run(folder, { device: 'cpu' });
    expect(theirs.losses).toHaveLength(2);
    theirs.losses.forEach((loss, i) => {
      expect(Math.abs(loss! / ours.losses[i]! - 1)).toBeLessThan(1e-4);
    });
    expect(theirs.evaluation!.accuracy).toBe(ours.evaluation!.accuracy);
  });

  it('fails with what is missing where it cannot be had', async () => {
    const folder = workspace();
    vi.stubEnv('TEXTCLF_TENSORFLOW', folder);
    const error = await run(folder, { engine: 'tensorflow', device: 'cpu' }).catch((error) => error);
    expect(formatError(error)).toContain(`There is no @tensorflow/tfjs-node`);
    expect(formatError(error)).toContain('TextClf: Install TensorFlow Executor');
  });
});
