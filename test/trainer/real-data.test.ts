import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { train } from '../../src/trainer/train';
import { workspace, writeExperiment } from '../support/toy-data';

const shared = resolve(import.meta.dirname, '../../../shared/data');
const has = (...names: string[]) => names.every((name) => existsSync(resolve(shared, name)));

/**
 * Small real data sets, trained from scratch in seconds. The bounds lie below what linear models
 * over word counts are known to reach on them: a net that learns at all gets there.
 */
describe('real data (skipped where ../shared/data is absent)', () => {
  it.skipIf(!has('sms_spam/all.csv'))('tells spam from wanted short messages', async () => {
    const folder = workspace();
    const file = writeExperiment(
      folder,
      {
        data: { train: resolve(shared, 'sms_spam/all.csv'), validation: 0.2 },
        tokenizer: { maxLength: 64 },
        model: { type: 'gru', embedding: { size: 32 }, hiddenSize: 32, pooling: 'max' },
        training: { epochs: 4, optimizer: { type: 'adam', learningRate: 0.005 } },
      },
      {},
    );
    const { evaluation } = await train({ experimentFile: file, root: folder });
    expect(evaluation!.accuracy).toBeGreaterThan(0.97);
  });

  it.skipIf(!has('trec6/train.csv', 'trec6/test.csv', 'glove/glove.100d.100k.txt'))(
    'tells what six kinds of questions ask for, with cross-entropy and word vectors',
    async () => {
      const folder = workspace();
      const file = writeExperiment(
        folder,
        {
          data: {
            train: resolve(shared, 'trec6/train.csv'),
            validation: 0.1,
            test: resolve(shared, 'trec6/test.csv'),
          },
          tokenizer: { maxLength: 32 },
          model: {
            type: 'lstm',
            embedding: { size: 100, vectors: resolve(shared, 'glove/glove.100d.100k.txt') },
            hiddenSize: 64,
            bidirectional: true,
            dropout: 0.3,
            pooling: 'max',
          },
          training: { epochs: 6, optimizer: { type: 'adam', learningRate: 0.002 }, gradientClip: 1 },
        },
        {},
      );
      const { evaluation } = await train({ experimentFile: file, root: folder });
      expect(evaluation!.classes).toHaveLength(6);
      expect(evaluation!.accuracy).toBeGreaterThan(0.85);
    },
  );
});
