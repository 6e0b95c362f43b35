import { expect, it } from 'vitest';
import { encodeData } from '../../src/trainer/prepare-pretrained';
import { prepareHere } from '../support/prepare';

it('hears the signal after each text that takes long to be cut', async () => {
  const controller = new AbortController();
  const example = { text: 'a', file: 'train.csv', line: 1, labels: ['x'], labelIndices: [0] };
  const rows = Array.from({ length: 100 }, () => example);
  let cut = 0;
  const tokenizer = {
    ...{ maxLength: 8, vocabularySize: 4, unknownId: undefined, paddingId: undefined },
    encode() {
      const start = performance.now();
      while (performance.now() - start < 80);
      cut++;
      controller.abort();
      return { ids: Int32Array.of(1), length: 1 };
    },
    saveTokenizerFiles() {},
  };
  const dataset = { labels: ['x'], unseenLabels: [], digest: '', train: rows, validation: [], test: [] };
  const encoder = { tokenizer, folder: '', options: { maxLength: 8, longest: 8, vocabularySize: 4 } };
  const work = encodeData(dataset, encoder, { ...prepareHere(), signal: controller.signal });
  expect(await work.catch((error: unknown) => error)).toBe(controller.signal.reason);
  expect(cut).toBe(1);
});
