import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAll } from '../support/read-all';
import { sharedData } from './support';

// What Python's csv module finds in the files: rows, letters of all texts (in UTF-16 units), the sum of the
// lines on which the rows start, and the rows of each class:
//   rows = csv.reader(open(file, encoding='utf8', newline='')); next(rows); last = rows.line_num
//   for row in rows: letters += len(row[0].encode('utf-16-le')) // 2; starts += last + 1; last = rows.line_num
const sets: [file: string, letters: number, starts: number, classes: Record<string, number>][] = [
  ['imdb/test.csv', 32344810, 312537500, { negative: 12500, positive: 12500 }],
  ['sms_spam/all.csv', 448586, 15543099, { ham: 4827, spam: 747 }],
  ['trec6/train.csv', 273543, 14870330, { DESC: 1162, ENTY: 1250, ABBR: 86, HUM: 1223, NUM: 896, LOC: 835 }],
  ['sst2/sentences_binary_train.csv', 718084, 23953580, { 0: 3310, 1: 3610 }],
];

for (const [name, letters, starts, classes] of sets) {
  const file = join(sharedData, name);
  const missing = !existsSync(file);
  it.skipIf(missing)(
    `reads ${name} as Python does${missing ? ' (skipped: the data set is not on this machine)' : ''}`,
    async () => {
      const rows = await readAll([file], { text: 'text', label: 'label' });
      const counts: Record<string, number> = {};
      for (const {
        labels: [label],
      } of rows)
        counts[label!] = (counts[label!] ?? 0) + 1;
      expect(counts).toEqual(classes);
      expect(rows.reduce((sum, row) => sum + row.text.length, 0)).toBe(letters);
      expect(rows.reduce((sum, row) => sum + row.line, 0)).toBe(starts);
    },
  );
}
