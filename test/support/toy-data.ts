import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createRandom } from '../../src/data/random';

const good = ['good', 'great', 'lovely', 'fine', 'superb'];
const bad = ['bad', 'awful', 'poor', 'boring', 'weak'];
const filler = ['the', 'film', 'was', 'a', 'story', 'with', 'people', 'and', 'music', 'in', 'it'];

/** Every word of the toy reviews. */
export const toyWords: readonly string[] = [...good, ...bad, ...filler];

/** A folder that is removed when the test file is done. */
export function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Short reviews whose class is told by one or two words: anything that learns at all learns it. */
export function toyReviews(rows: number, seed = 1): string {
  const random = createRandom(seed);
  const pick = (words: readonly string[]) => words[random.integer(words.length)]!;
  const lines = Array.from({ length: rows }, (_, i) => {
    const isGood = i % 2 === 0;
    const words = Array.from({ length: 3 + random.integer(8) }, () => pick(filler));
    words.splice(random.integer(words.length), 0, pick(isGood ? good : bad));
    return `"${words.join(' ')}",${isGood ? 'good' : 'bad'}`;
  });
  return `text,label\n${lines.join('\n')}\n`;
}

/** Writes an experiment and its files; returns the experiment's path. */
export function writeExperiment(
  folder: string,
  experiment: object,
  files: Readonly<Record<string, string | Uint8Array>>,
): string {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const file = join(folder, 'toy.textclf.json');
  writeFileSync(file, JSON.stringify(experiment));
  return file;
}

/** A small experiment over `train.csv`, with changes. */
export function toyExperiment(
  changes: { data?: object; model?: object; training?: object; examples?: string[] } = {},
) {
  return {
    data: { train: 'train.csv', ...changes.data },
    model: { type: 'gru', embedding: { size: 8 }, hiddenSize: 8, ...changes.model },
    training: {
      epochs: 3,
      batchSize: 16,
      optimizer: { type: 'adam', learningRate: 0.02 },
      ...changes.training,
    },
    runtime: { threads: 2 },
    examples: changes.examples ?? [],
  };
}
