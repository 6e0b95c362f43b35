/** On real weights, where they are: `TEXTCLF_TEST_MINILM` names the folder of all-MiniLM-L6-v2. */
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { gatherRows, input } from '../../src/graph/build';
import { Scope } from '../../src/nn/scope';
import { openCheckpoint } from '../../src/pretrained/checkpoint';
import { encodeTexts } from '../../src/pretrained/encoder';
import { WORD_TABLE } from '../../src/pretrained/names';
import { expectClose } from '../support/close';
import { evaluate, floatTensor, intTensor } from '../support/run';
import { maskOf } from '../support/torch';
import { readWeights } from './encoder-fixture';

const folder = process.env.TEXTCLF_TEST_MINILM;

describe.skipIf(!folder)(
  folder ? 'MiniLM-L6' : 'MiniLM-L6 (skipped: TEXTCLF_TEST_MINILM names no folder with its weights)',
  () => {
    it('has the states that transformers gives', async () => {
      const file = new URL('../fixtures/pretrained/minilm.json', import.meta.url);
      const expected: { ids: number[][]; lengths: number[]; states: number[][] } = JSON.parse(
        readFileSync(file, 'utf8'),
      );
      const checkpoint = openCheckpoint(folder!);
      const { config } = checkpoint;
      const scope = new Scope(false);
      const shape = [config.vocabularySize, config.embeddingSize];
      const table = scope.parameter(WORD_TABLE, shape, { type: 'zeros' });
      const ids = input('ids', ['time', 'batch'], 'int64');
      const mask = input('mask', ['time', 'batch', 1]);
      const use = { freezeEmbeddings: false, freezeLayers: 0 };
      const states = encodeTexts(scope, gatherRows(table, ids), mask, config, use);
      const parameters = [...scope.parameters.values()];
      const weights = readWeights(
        checkpoint,
        parameters.map(({ spec }) => spec),
      );
      checkpoint.close();
      const [batch, time] = [expected.ids.length, expected.ids[0]!.length];
      const timeMajor = Array.from({ length: time }, (_, t) => expected.ids.map((row) => row[t]!)).flat();
      const found = await evaluate({ states }, [ids, mask, ...parameters.map(({ value }) => value)], {
        ids: intTensor([time, batch], timeMajor),
        mask: floatTensor([time, batch, 1], maskOf(expected.lengths, time)),
        ...weights,
      });
      const every24th = found.states!.filter((_, i) => i % 24 === 0);
      expectClose(every24th, expected.states.flat(), 1e-5, 'state');
    });
  },
);
