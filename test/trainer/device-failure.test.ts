import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import { DeviceError } from '../../src/runtime/device-error';
import type { DeviceExecutor } from '../../src/runtime/executor';
import { type FailedRun, failureOf, withAdvice } from '../../src/trainer/device-failure';
import { CallMarks } from '../../src/trainer/device-watch';
import { watched } from '../../src/trainer/device-watch-executor';
import { temporaryFolder } from '../data/support';

const folder = temporaryFolder();

function failedRun(experiment: object, changes: Partial<FailedRun> = {}): FailedRun {
  const text = JSON.stringify({ data: { train: 'a.csv' }, ...experiment });
  const parsed = parseExperiment(text, 'reviews.textclf.json');
  return {
    ...{ id: 'the-run', folder: folder.path('.'), experimentFile: 'reviews.textclf.json' },
    ...{ experiment: parsed.experiment!, settings: [], ...changes },
  };
}

const lost = new DeviceError('lost', 'The device is lost.', { hint: 'Plug it in.' });
const full = new DeviceError('memory', 'The device has too little memory.', { hint: 'Buy a larger one.' });

describe('advice on a device that failed', () => {
  it('names the settings that do without it, and no model where there is none', () => {
    const runtime = { engine: 'tensorflow', device: 'cuda' };
    const error = withAdvice(lost, failedRun({ model: { type: 'transformer' }, runtime }));
    expect(error).toMatchObject({
      trouble: 'lost',
      message: 'The device is lost.',
      hint:
        'Plug it in.\n  Without the device: textclf train reviews.textclf.json' +
        ' --set runtime.device=cpu --set runtime.engine=onnxruntime',
    });
    expect(failureOf(error)).toBe('device');
    expect(failureOf(new Error('a bug'))).toBeUndefined();
  });

  it('quotes what a shell would part, and names folders where the run lies in another workspace', () => {
    const run = folder.path('a run');
    mkdirSync(join(run, 'model'), { recursive: true });
    writeFileSync(join(run, 'model', 'model.onnx'), '');
    const runtime = { device: 'webgpu', precision: 'float16' };
    const settings = ['data.train=my data.csv'];
    const error = withAdvice(lost, failedRun({ model: { type: 'cnn' }, runtime }, { folder: run, settings }));
    expect(error.hint!.split('\n  ')).toEqual([
      'Plug it in.',
      `The best model so far is kept in "${relative('', join(run, 'model'))}".`,
      'Go on from there without the device: textclf train reviews.textclf.json' +
        ` --continue "${relative('', run)}"` +
        ' --set "data.train=my data.csv" --set runtime.device=cpu --set runtime.precision=float32',
    ]);
  });

  it.each([
    [
      'transformer',
      /^Any of these .*"batchSize".*"gradientAccumulation".*"maxLength" \(tokenizer\)/,
      /recompute/,
    ],
    [
      'pretrained',
      /^Any of these .*"batchSize".*"maxLength" \(model\).*"recompute".*"freezeLayers"/,
      /tokenizer/,
    ],
  ])('says what takes less memory in a %s', (type, has, lacks) => {
    const model = type === 'pretrained' ? { type, encoder: './encoder' } : { type };
    const { hint } = withAdvice(full, failedRun({ model }));
    expect(hint).toMatch(has);
    expect(hint).not.toMatch(lacks);
    expect(hint).not.toContain('Buy');
  });
});

/** A device whose first step and every release end so. */
function failing(step: Error | undefined, release: Error) {
  const asked: string[] = [];
  const end = async (what: string, error: Error | undefined) => {
    asked.push(what);
    if (error) throw error;
  };
  const inner = {
    isDevice: true,
    compileKept: async () => ({
      step: () => end('step', step),
      release: () => end('release', release),
    }),
    close: () => end('close', release),
  } as unknown as DeviceExecutor;
  return { executor: watched(inner, new CallMarks({ call: 1000, first: 5000 })) as DeviceExecutor, asked };
}

describe('a watched device', () => {
  it('that is lost is not asked to give back anything', async () => {
    const { executor, asked } = failing(lost, new Error('a crash'));
    const program = await executor.compileKept({} as never, {});
    await expect(program.step({})).rejects.toBe(lost);
    await program.release();
    await executor.close();
    expect(asked).toEqual(['step']);
  });

  it('that was too small gives back what it can, whatever comes of it', async () => {
    const { executor, asked } = failing(full, new Error('nothing to release'));
    const program = await executor.compileKept({} as never, {});
    await expect(program.step({})).rejects.toBe(full);
    await program.release();
    await executor.close();
    expect(asked).toEqual(['step', 'release', 'close']);
  });

  it('without trouble hides no error of giving back, a bug or a loss', async () => {
    for (const error of [new Error('a bug'), lost]) {
      const { executor } = failing(undefined, error);
      const program = await executor.compileKept({} as never, {});
      await program.step({});
      await expect(program.release()).rejects.toBe(error);
    }
  });

  it('lets timers have their turn between steps that answer at once', async () => {
    const { executor } = failing(undefined, new Error());
    const program = await executor.compileKept({} as never, {});
    let isStopped = false;
    setTimeout(() => {
      isStopped = true;
    }, 5);
    const deadline = performance.now() + 10_000;
    while (!isStopped && performance.now() < deadline) await program.step({});
    expect(isStopped).toBe(true);
  });
});
