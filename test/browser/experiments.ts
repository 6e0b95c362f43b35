/** Experiments for clicking through: a quick one that makes mistakes, and one that never ends by itself. */
import type { Files } from '../vscode/workspace';

const adjectives = { good: ['great', 'lovely', 'fine'], bad: ['boring', 'dreadful', 'poor'] };

function reviews(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2 === 0 ? 'good' : 'bad';
    return `a ${adjectives[label][i % 3]} film in the year ${1900 + i},${label}`;
  });
}

const small = { type: 'gru', embedding: { size: 8 }, hiddenSize: 8 };
const optimizer = { type: 'adam', learningRate: 0.02 };

/** Line 12 of test.csv says good words and has the label bad: whatever learns takes it for good. */
export const mislabelledLine = 12;
const testRows = reviews(40);
testRows[mislabelledLine - 2] = 'a great and lovely film mislabelled,bad';

export const clickable: Files = {
  'reviews.textclf.json': `${JSON.stringify(
    {
      data: { train: 'train.csv', test: 'test.csv' },
      model: small,
      training: { epochs: 4, batchSize: 16, optimizer },
      examples: ['a great film', 'a boring film'],
    },
    null,
    2,
  )}\n`,
  'endless.textclf.json': `${JSON.stringify(
    { data: { train: 'train.csv' }, model: small, training: { epochs: 100_000, batchSize: 16, optimizer } },
    null,
    2,
  )}\n`,
  'train.csv': `text,label\n${reviews(200).join('\n')}\n`,
  'test.csv': `text,label\n${testRows.join('\n')}\n`,
  'notes.txt': 'What a great and lovely film\nWhat a boring and dreadful film\n',
};
