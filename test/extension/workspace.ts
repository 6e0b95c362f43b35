/** The folder that is open while the suite runs. */
import type { Files } from '../vscode/workspace';

const experiment = {
  data: { train: 'train.csv' },
  model: { type: 'gru', embedding: { size: 8 }, hiddenSize: 8 },
  training: { epochs: 2, batchSize: 16, optimizer: { type: 'adam', learningRate: 0.02 } },
  examples: ['a great film', 'a boring film'],
};

/** A word tells the class, so that anything that learns at all learns it. */
const rows = Array.from({ length: 80 }, (_, i) =>
  i % 2 === 0 ? `film ${i} was a great one,good` : `film ${i} was a boring one,bad`,
);

export const suiteWorkspace: Files = {
  'toy.textclf.json': `${JSON.stringify(experiment, null, 2)}\n`,
  'train.csv': `text,label\n${rows.join('\n')}\n`,
};
