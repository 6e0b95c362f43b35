import { describe, expect, it } from 'vitest';
import type { DataInspectionReport } from '../../src/protocol/inspection';
import { textclf, workspace } from './support';

const place = workspace();
const rows = (count: number, word: string) =>
  Array.from({ length: count }, (_, i) =>
    i % 2
      ? `we meet for lunch on day ${i} of the ${word},ham`
      : `claim your free prize number ${i} of the ${word},spam`,
  );
const csv = (lines: readonly string[]) => `text,label\n${lines.join('\n')}\n`;
place.write('train.csv', csv([...rows(60, 'year'), 'the very same,ham', 'the  very same,spam']));
place.write('test.csv', csv([...rows(10, 'month'), ...rows(2, 'year')]));
place.write(
  'mails.textclf.json',
  JSON.stringify({
    data: { train: 'train.csv', validation: { folds: 2 }, test: 'test.csv' },
    tokenizer: { maxLength: 6 },
    model: { type: 'rnn' },
  }),
);

const inspect = (...args: string[]) => textclf(['inspect', ...args], { cwd: place.folder });

describe('textclf inspect', () => {
  it('shows classes, lengths, words and what is wrong, with places', async () => {
    const { code, stdout, stderr } = await inspect('mails.textclf.json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/ham +31 +6 {2}█+\n {2}spam +31 +6 {2}█+\n {2}2 classes +62 +12\n/);
    expect(stdout).toMatch(/Length of the training texts in words\n/);
    expect(stdout).toMatch(/ 9 +30 {2}█+\n/);
    expect(stdout).toContain('after 6 they are cut: 60 texts');
    expect(stdout).toMatch(/spam +.*claim/);
    expect(stdout).toContain('warning: 2 test rows of 12 are also trained on\n');
    expect(stdout).toContain(
      '    train.csv:2  spam  claim your free prize number 0 of the year\n    = test.csv:12  spam\n',
    );
    expect(stdout).toContain('warning: 1 text comes with different labels, in 2 rows\n');
    expect(stdout).not.toContain('\u001b');
  });

  it('shows as many rows as are asked for', async () => {
    const { stdout } = await inspect('mails.textclf.json', '--rows', '1');
    expect(stdout).toContain('    train.csv:2  spam');
    expect(stdout).not.toContain('    train.csv:3  ham');
    expect(stdout).toContain('    …\n');
    expect((await inspect('mails.textclf.json', '--rows', '0')).stdout).not.toContain('train.csv:2');
    const wrong = await inspect('mails.textclf.json', '--rows', 'all');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/whole number from 0 to 2000/);
  });

  it('tells programs all of it', async () => {
    const { code, stdout } = await inspect('--json', 'mails.textclf.json', '--rows', '2000');
    expect(code).toBe(0);
    const { report, rows } = JSON.parse(stdout) as DataInspectionReport;
    expect(report.parts.map(({ part, rows }) => [part, rows])).toEqual([
      ['train', 62],
      ['test', 12],
    ]);
    expect(rows).toHaveLength(report.findings.length);
    const leakage = report.findings.findIndex(({ kind }) => kind === 'leakage');
    expect(rows[leakage]!.map(({ file, line, group }) => [file, line, group])).toEqual([
      [place.path('train.csv'), 2, 0],
      [place.path('test.csv'), 12, 0],
      [place.path('train.csv'), 3, 1],
      [place.path('test.csv'), 13, 1],
    ]);
    const first = JSON.parse((await inspect('--json', 'mails.textclf.json', '--rows', '1')).stdout);
    // A group is listed as a whole.
    expect(first.rows[leakage]).toEqual(rows[leakage]!.slice(0, 2));
  });

  it('looks at a data file by itself, and at a folder with one folder a class', async () => {
    const { code, stdout } = await inspect('train.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/2 classes +62\n/);
    expect(stdout).toContain('all is read');
    for (let i = 0; i < 4; i++) {
      place.write(`mails/ham/${i}.txt`, `see you for lunch on day ${i}`);
      place.write(`mails/spam/${i}.txt`, `claim your prize ${i}`);
    }
    expect((await inspect('mails')).stdout).toMatch(/ham +4 .*\n {2}spam +4 /);
    place.write(
      'list.json',
      JSON.stringify(rows(20, 'week').map((row) => ({ text: row.split(',')[0], label: row.split(',')[1] }))),
    );
    expect((await inspect('list.json')).stdout).toMatch(/2 classes +20\n/);
    const list = Array.from({ length: 20 }, (_, i) => ({ text: `text ${i}`, label: i % 2 ? 'a' : 'b' }));
    place.write('wrapped.json', JSON.stringify({ rows: list }));
    expect((await inspect('wrapped.json')).stdout).toMatch(/2 classes +20\n/);
    place.write('plain.json', JSON.stringify({ data: { train: 'train.csv' }, model: { type: 'rnn' } }));
    expect((await inspect('plain.json')).stdout).toMatch(/2 classes +50 +12\n/);
  });

  it('says what keeps a file from being looked at', async () => {
    for (const [file, message] of [
      ['nothing.csv', /nothing\.csv.*does not exist/],
      ['bad.textclf.json', /bad\.textclf\.json:1:/],
      ['numbers.csv', /looks like a text/],
    ] as const) {
      place.write('bad.textclf.json', '{ "data": {} }');
      place.write('numbers.csv', 'x,y\n1,2\n');
      const { code, stdout, stderr } = await inspect(file);
      expect(stderr).toMatch(message);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }
  });

  it('sends no control characters of the data to the terminal', async () => {
    const evil = '\u001b]0;owned\u0007\u202e';
    const lines = Array.from({ length: 40 }, (_, i) => `same ${evil} text ${i >> 1},${evil}${i % 2}`);
    place.write('evil.csv', csv(lines));
    const { stdout } = await inspect('evil.csv');
    expect(stdout).toContain('owned');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
