import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runnable } from '../../src/experiment/load';
import { parseExperiment } from '../../src/experiment/parse';
import { inspectExperiment } from '../../src/inspection/inspect-experiment';
import { writeTinyCheckpoint } from '../support/tiny-checkpoint';
import { toyWords, workspace } from '../support/toy-data';

const folder = workspace();

/** Its vocabulary has these words whole: each is one token, and what it lacks is one as well. */
const [first, second] = toyWords as [string, string];
const texts = [first, `${first} ${second}!`, Array(30).fill(first).join(' '), `${second} qqq ${first}`];
/** With [CLS] and [SEP] around them. */
const tokens = [3, 5, 32, 5];

it.each([
  ['can read', 0, 24],
  ['is to read', 8, 8],
])('lengths are those of an encoder that is here, cut at what it %s', async (_, maxLength, most) => {
  writeTinyCheckpoint(join(folder, 'tiny-bert'));
  const rows = texts.map((text, i) => JSON.stringify({ text, label: 'ab'[i % 2] }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'));
  const text = JSON.stringify({
    data: { train: 'rows.jsonl', validation: { folds: 2 } },
    model: { type: 'pretrained', encoder: './tiny-bert', maxLength },
  });
  const experiment = runnable(parseExperiment(text, join(folder, 'a.textclf.json')));
  const { report } = await inspectExperiment(experiment, folder);
  expect(report.lengths).toMatchObject({
    ...{ unit: 'tokens', maxLength: most, longest: 32, cutRows: 1 },
    cutShare: (32 - most) / tokens.reduce((sum, count) => sum + count),
  });
  const bins = report.lengths.bins.filter((bin) => bin.rows > 0);
  expect(bins.map((bin) => [bin.from, bin.rows])).toEqual([
    [3, 1],
    [5, 2],
    [32, 1],
  ]);
});
