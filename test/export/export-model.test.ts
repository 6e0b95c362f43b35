import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ExportOptions, exportModel } from '../../src/export/export-model';
import { evenly } from '../../src/export/run-rows';
import { loadPredictor } from '../../src/predict/predictor';
import { HumanError } from '../../src/protocol/human-error';
import { threeClasses, writeTinyModel } from '../predict/tiny-model';
import { texts } from '../pretrained/saved-model';
import { writeRun } from './exported-run';

env.allowRemoteModels = false;

let run: Awaited<ReturnType<typeof writeRun>>;
let place: string;
beforeAll(async () => {
  run = await writeRun();
  place = dirname(run.data);
});

type Changes = Partial<ExportOptions> & Pick<ExportOptions, 'form'>;

function exported(name: string, changes: Changes) {
  const { signal } = new AbortController();
  const options = { model: run.model, run: run.folder, output: join(place, name), force: false, rows: 1000 };
  return exportModel({ ...options, signal, progress: () => {}, ...changes });
}

async function mistake(work: Promise<unknown>): Promise<HumanError> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HumanError);
  expect((error as HumanError).hint).toBeTruthy();
  return error as HumanError;
}

/** What the trained model's file on the data says, of rows of which every third has another label. */
const asTrained = { accuracy: expect.closeTo(0.66, 1) };

describe.each([
  ['fp32', 'model.onnx', 1, 1],
  ['fp16', 'model_fp16.onnx', 0.7, 0.97],
  ['int8', 'model_int8.onnx', 0.5, 0.85],
] as const)('a model in %s', (form, name, share, least) => {
  it('is smaller, measured beside the trained one, and opens in transformers.js', async () => {
    const calls: number[][] = [];
    const result = await exported(`as-${form}`, {
      form,
      progress: (done, total) => calls.push([done, total]),
    });
    const written = join(result.output, 'onnx', name);
    const trained = statSync(join(run.model, 'onnx', 'model.onnx')).size;
    expect(statSync(written).size / trained).toBeLessThanOrEqual(share);
    expect(readdirSync(join(result.output, 'onnx'))).toEqual([name]);
    expect(result.measuredOn).toEqual({ split: 'test', rows: 100 });
    const last = result.forms.at(-1)!;
    expect(result.forms[0]).toMatchObject({
      form: 'fp32',
      file: 'onnx/model.onnx',
      bytes: trained,
      ...asTrained,
    });
    expect(last).toMatchObject({ form, file: `onnx/${name}`, bytes: statSync(written).size });
    expect(last.agreement).toBeGreaterThanOrEqual(least);
    expect(Math.abs(last.accuracy! - result.forms[0]!.accuracy!)).toBeLessThanOrEqual(1 - last.agreement!);
    const total = 100 * result.forms.length;
    expect(calls.at(-1)).toEqual([total, total]);

    const card = readFileSync(join(result.output, 'README.md'), 'utf8');
    expect(card).toContain(`| \`onnx/${name}\``);
    expect(card).toContain(`dtype: '${form}'`);
    expect(card.match(/^## /gm)).toHaveLength(6);

    env.localModelPath = `${place}/`;
    const classifier = await pipeline('text-classification', `as-${form}`, { dtype: form });
    const predictor = await loadPredictor(result.output);
    // One text at a time: whole numbers are scaled over all texts of a batch.
    for (const text of texts) {
      const [theirs] = (await classifier(text)) as { label: string; score: number }[];
      const [ours] = await predictor.predict([text]);
      expect(theirs!.label).toBe(ours!.label);
      expect(theirs!.score).toBeCloseTo(ours!.probability, 4);
    }
    await predictor.release();
    await classifier.dispose();
  });
});

describe('what is measured', () => {
  it('is at most so many rows, taken evenly', async () => {
    const { measuredOn } = await exported('few', { form: 'fp16', rows: 7 });
    expect(measuredOn).toEqual({ split: 'test', rows: 7 });
    expect(evenly([...Array(10).keys()], 4)).toEqual([0, 2, 5, 7]);
    expect(evenly([1, 2], 4)).toEqual([1, 2]);
  });

  it.each<[string, Partial<ExportOptions>, RegExp]>([
    ['nothing, when not asked for', { rows: 0 }, /not asked/],
    ['nothing, of a copied model', { run: undefined }, /copied from its run/],
  ])('is %s', async (_name, changes, reason) => {
    const { notMeasured, forms, output } = await exported('unmeasured', {
      form: 'int8',
      force: true,
      ...changes,
    });
    expect(notMeasured).toMatch(reason);
    expect(forms.map(({ accuracy }) => accuracy)).toEqual([undefined, undefined]);
    expect(readFileSync(join(output, 'README.md'), 'utf8')).toContain('Not measured');
  });

  it('is nothing where the data has changed or is gone, in words', async () => {
    const other = await writeRun();
    const lines = readFileSync(other.data, 'utf8').split('\n');
    const changed = { model: other.model, run: other.folder, form: 'int8', rows: 5 } as const;
    writeFileSync(other.data, lines.toSpliced(1, 1, '"something else",no').join('\n'));
    expect((await exported('changed', changed)).notMeasured).toMatch(/^test\.csv:2: This row has changed/);
    rmSync(other.data);
    expect((await exported('gone', changed)).notMeasured).toMatch(/test\.csv does not exist/);
    writeFileSync(join(other.folder, 'predictions.ndjson'), '{"torn');
    expect((await exported('torn', changed)).notMeasured).toMatch(/cannot be read/);
  });
});

describe('the folder', () => {
  it('of the whole model has every file, byte for byte', async () => {
    const { output, bytes } = await exported('whole', { form: 'folder' });
    const files = readdirSync(run.model, { recursive: true, encoding: 'utf8' }).sort();
    expect(readdirSync(output, { recursive: true, encoding: 'utf8' }).sort()).toEqual(files);
    let sum = 0;
    for (const file of files.filter((name) => name !== 'onnx')) {
      const contents = readFileSync(join(output, file));
      expect(contents.equals(readFileSync(join(run.model, file))), file).toBe(true);
      sum += contents.length;
    }
    expect(bytes).toBe(sum);
  });

  it('is replaced only when told so, and only where a model is in it', async () => {
    await exported('taken', { form: 'folder' });
    expect((await mistake(exported('taken', { form: 'fp16' }))).hint).toContain('--force');
    const { output } = await exported('taken', { form: 'fp16', force: true, rows: 0 });
    expect(existsSync(join(output, 'model.safetensors'))).toBe(false);
    mkdirSync(join(place, 'photos'));
    writeFileSync(join(place, 'photos', 'holiday.jpg'), 'x');
    await mistake(exported('photos', { form: 'folder', force: true }));
    expect(readdirSync(join(place, 'photos'))).toEqual(['holiday.jpg']);
  });

  it('is none inside of the model', async () => {
    for (const output of [run.model, join(run.model, 'onnx', 'mine')]) {
      await mistake(exported('', { form: 'folder', output, force: true }));
    }
    expect(existsSync(join(run.model, 'config.json'))).toBe(true);
  });

  it('is not there after an interruption, nor is anything beside it', async () => {
    const before = readdirSync(place).sort();
    const controller = new AbortController();
    const work = exported('stopped', {
      form: 'int8',
      signal: controller.signal,
      progress: (done) => done > 0 && controller.abort(),
    });
    expect(await work.catch((thrown: unknown) => thrown)).toBe(controller.signal.reason);
    expect(readdirSync(place).sort()).toEqual(before);
  });

  it('clears away what a killed export to the same folder began, and nothing else', async () => {
    const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
    const others = [`.again.${process.pid}-abc123.part`, `.other.${gone}-abc123.part`, '.again.notes.part'];
    for (const name of [`.again.${gone}-abc123.part`, ...others])
      mkdirSync(join(place, name, 'onnx'), { recursive: true });
    await exported('again', { form: 'folder' });
    const left = readdirSync(place).filter((name) => name.endsWith('.part'));
    expect(left.sort()).toEqual(others.sort());
    for (const name of others) rmSync(join(place, name), { recursive: true });
  });

  it('holds a smaller form of which no other one can be made', async () => {
    const { output } = await exported('small', { form: 'int8', rows: 0 });
    const error = await mistake(exported('smaller', { form: 'fp16', model: output, run: undefined }));
    expect(error.message).toContain('model.onnx');
  });
});

describe('other kinds of models', () => {
  it.each(['fp16', 'int8'] as const)(
    'a network of the experiment itself in %s lies in the folder and opens',
    async (form) => {
      const model = writeTinyModel(join(place, `tiny-${form}`), threeClasses);
      const { output, forms } = await exported(`tiny-as-${form}`, { form, model, run: undefined });
      expect(forms.at(-1)!.file).toBe(`model_${form}.onnx`);
      const [one, other] = [await loadPredictor(model), await loadPredictor(output)];
      expect(await other.predict(['good film'])).toEqual(await one.predict(['good film']));
      await one.release();
      await other.release();
    },
  );

  it('a baseline is exported as it is', async () => {
    const model = writeTinyModel(join(place, 'baseline'), threeClasses);
    const file = join(model, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...config, textclf: { ...config.textclf, type: 'baseline' } }));
    expect((await mistake(exported('b8', { form: 'int8', model }))).hint).toContain('--format folder');
    expect((await exported('b', { form: 'folder', model })).forms).toEqual([]);
  });

  it('a damaged network is a mistake in words', async () => {
    const other = await writeRun();
    writeFileSync(join(other.model, 'onnx', 'model.onnx'), 'no model');
    const error = await mistake(exported('damaged', { form: 'int8', model: other.model, run: other.folder }));
    expect(error.place!.file).toContain('model.onnx');
  });
});
