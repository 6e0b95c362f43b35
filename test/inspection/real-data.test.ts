/**
 * Real data sets, held against what pandas counts in them:
 *
 *     same = frame.text.str.replace(r'\s+', ' ', regex=True).str.strip()
 *     repeats = same.duplicated().sum()
 *     leaked = same_of_test.isin(set(same_of_train)).sum()
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runnable } from '../../src/experiment/load';
import { parseExperiment } from '../../src/experiment/parse';
import { inspectExperiment } from '../../src/inspection/inspect-experiment';

const shared = resolve(import.meta.dirname, '../../../shared/data');
const has = (...names: string[]) => names.every((name) => existsSync(resolve(shared, name)));

async function inspect(data: object) {
  const text = JSON.stringify({ data: { validation: { folds: 2 }, ...data }, model: { type: 'gru' } });
  const { report } = await inspectExperiment(runnable(parseExperiment(text, 'a.textclf.json')), shared);
  return {
    report,
    titles: report.findings.map(({ kind, title }) => `${kind}: ${title}`),
    words: Object.fromEntries(report.words.map(({ label, words }) => [label, words.map(({ word }) => word)])),
  };
}

describe('real data (skipped where ../shared/data is absent)', () => {
  it.skipIf(!has('imdb/train.csv', 'imdb/test.csv'))(
    'finds what is twice in IMDB',
    { timeout: 120_000 },
    async () => {
      const { titles, words } = await inspect({ train: 'imdb/train.csv', test: 'imdb/test.csv' });
      expect(titles).toContain('leakage: 123 test rows of 25,000 are also trained on');
      // 96 in the training file and 199 in the other.
      expect(titles).toContain('duplicate: 295 rows repeat the text and label of another one');
      expect(titles.join()).not.toMatch(/conflictingLabels|wrongLanguage|imbalance|emptyText/);
      expect(words.negative).toEqual(expect.arrayContaining(['worst', 'waste', 'awful']));
      expect(words.positive).toEqual(expect.arrayContaining(['great', 'excellent', 'wonderful']));
    },
  );

  it.skipIf(!has('sst2'))('finds damaged characters in SST-2, and no language but English', async () => {
    const { titles } = await inspect({
      train: 'sst2/sentences_binary_train.csv',
      validation: 'sst2/sentences_binary_dev.csv',
      test: 'sst2/sentences_binary_test.csv',
    });
    expect(titles.slice(0, 2)).toEqual([
      'leakage: 2 test rows of 1,821 are also trained on',
      'duplicate: 9 rows repeat the text and label of another one',
    ]);
    expect(titles[2]).toMatch(/^wrongEncoding: \d+ texts are probably damaged/);
    expect(titles.length).toBe(3);
  });

  it.skipIf(!has('trec6'))(
    'finds copies in TREC, and no strange language in its short questions',
    async () => {
      const { titles, words } = await inspect({ train: 'trec6/train.csv', test: 'trec6/test.csv' });
      expect(titles).toContain('leakage: 10 test rows of 500 are also trained on');
      expect(titles).toContain('duplicate: 72 rows repeat the text and label of another one');
      expect(titles.join()).not.toMatch(/wrong|conflicting|empty/);
      expect(words.HUM![0]).toBe('who');
      expect(words.LOC![0]).toBe('where');
    },
  );

  it.skipIf(!has('sms_spam'))('finds the many copies among short messages', async () => {
    const { titles } = await inspect({ train: 'sms_spam/all.csv' });
    expect(titles).toContain('duplicate: 414 rows repeat the text and label of another one');
    expect(titles.join()).not.toMatch(/conflictingLabels|imbalance/);
  });
});
