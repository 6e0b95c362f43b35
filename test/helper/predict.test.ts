import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectedProbabilities, oneLogit, threeClasses, writeTinyModel } from '../predict/tiny-model';
import { startHelper } from './support';

const folder = mkdtempSync(join(tmpdir(), 'textclf-helper-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('predict', () => {
  it('gives every class in the order of the model', async () => {
    const helper = startHelper();
    const modelFolder = writeTinyModel(join(folder, 'three'), threeClasses);
    const { predictions } = await helper.result('predict', { modelFolder, texts: ['good film', 'bad bad'] });
    for (const [i, text] of ['good film', 'bad bad'].entries()) {
      const expected = expectedProbabilities(text, threeClasses);
      const { label, probability, classes } = predictions[i]!;
      expect(classes.map((one) => one.label)).toEqual(threeClasses.labels);
      for (const one of classes) expect(one.probability).toBeCloseTo(expected[one.label]!, 5);
      expect(probability).toBe(Math.max(...classes.map((one) => one.probability)));
      expect(classes.find((one) => one.label === label)?.probability).toBe(probability);
    }
    expect(await helper.leave()).toBe(0);
  });

  it('keeps the order of labels that are numbers', async () => {
    const helper = startHelper();
    const numbers = { ...threeClasses, labels: ['10', '2', '-1'] };
    const modelFolder = writeTinyModel(join(folder, 'numbers'), numbers);
    const { predictions } = await helper.result('predict', { modelFolder, texts: ['good'] });
    expect(predictions[0]!.classes.map(({ label }) => label)).toEqual(['10', '2', '-1']);
    await helper.leave();
  });

  it('opens a model anew when its file has changed', async () => {
    const helper = startHelper();
    const modelFolder = writeTinyModel(join(folder, 'changing'), threeClasses);
    const ask = () => helper.result('predict', { modelFolder, texts: ['good'] });
    expect((await ask()).predictions[0]!.classes).toHaveLength(3);
    writeTinyModel(modelFolder, oneLogit);
    utimesSync(join(modelFolder, 'model.onnx'), new Date(), new Date(Date.now() + 5000));
    expect((await ask()).predictions[0]!.classes).toHaveLength(2);
    await helper.leave();
  });

  it('ends early when it is cancelled', async () => {
    const helper = startHelper();
    const modelFolder = writeTinyModel(join(folder, 'cancelled'), oneLogit);
    const { id, reply } = helper.ask('predict', { modelFolder, texts: Array(20_000).fill('very good film') });
    helper.cancel(id);
    expect((await reply).type).toBe('cancelled');
    const { predictions } = await helper.result('predict', { modelFolder, texts: ['good'] });
    expect(predictions).toHaveLength(1);
    await helper.leave();
  });

  it('serves more models than stay open, several at once', async () => {
    const helper = startHelper();
    const folders = ['a', 'b', 'c', 'd', 'e'].map((name) => writeTinyModel(join(folder, name), oneLogit));
    const all = [...folders, ...folders, ...folders.toReversed()];
    const results = await Promise.all(
      all.map((modelFolder) => helper.result('predict', { modelFolder, texts: ['very good film'] })),
    );
    const expected = expectedProbabilities('very good film', oneLogit);
    for (const { predictions } of results) {
      expect(predictions[0]!.classes[1]!.probability).toBeCloseTo(expected.yes!, 5);
    }
    await helper.leave();
  });

  it('says what is wrong with a model, and opens it once it is mended', async () => {
    const helper = startHelper();
    const modelFolder = join(folder, 'broken');
    mkdirSync(modelFolder);
    const params = { modelFolder, texts: ['good'] };
    const missing = await helper.ask('predict', params).reply;
    expect(missing).toMatchObject({ type: 'error', error: { human: true } });
    expect(missing.type === 'error' && missing.error.place?.file).toBe(join(modelFolder, 'config.json'));
    writeTinyModel(modelFolder, oneLogit);
    writeFileSync(join(modelFolder, 'model.onnx'), 'no model');
    expect(await helper.ask('predict', params).reply).toMatchObject({
      type: 'error',
      error: { human: true },
    });
    writeTinyModel(modelFolder, oneLogit);
    expect(await helper.ask('predict', params).reply).toMatchObject({ type: 'result' });
    await helper.leave();
  });

  it('gives the stack of what is a bug', async () => {
    const helper = startHelper();
    // No text: a caller's mistake that types rule out.
    const params = { modelFolder: writeTinyModel(join(folder, 'bug'), oneLogit), texts: [null as never] };
    const reply = await helper.ask('predict', params).reply;
    expect(reply).toMatchObject({ type: 'error', error: { human: false } });
    expect(reply.type === 'error' && reply.error.stack).toContain('Error');
    await helper.leave();
  });
});
