import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/data/load';
import { MissingColumnError, RowsError } from '../../src/data/row-problems';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const column = { text: 'text', label: 'label', task: 'multi-label' } as const;
const flags = { text: 'text', label: ['toxic', 'insult', 'threat'], task: 'multi-label' } as const;

async function labelsOf(name: string, contents: string, options: Parameters<typeof readAll>[1]) {
  return (await readAll([await folder.write(name, contents)], options)).map(({ labels }) => labels);
}

describe('one column', () => {
  it('is split at the separator; labels are trimmed, each once, and none at all is fine', async () => {
    const csv = 'text,label\nq,"a, b"\nr,a\ns,\nt,"b,,b , a"\nu,"  , "\n';
    expect(await labelsOf('m.csv', csv, column)).toEqual([['a', 'b'], ['a'], [], ['b', 'a'], []]);
    const pipes = 'text\tlabel\nq\ta|b,c\nr\t|\n';
    expect(await labelsOf('m.tsv', pipes, { ...column, labelSeparator: '|' })).toEqual([['a', 'b,c'], []]);
  });

  it('may be a list in JSON Lines, whose labels are not split', async () => {
    const lines = [
      '{"text": "q", "label": ["a, b", " c "]}',
      '{"text": "r", "label": []}',
      '{"text": "s", "label": "a,b"}',
      '{"text": "t", "label": [1, true, 1]}',
    ];
    const labels = await labelsOf('m.jsonl', lines.join('\n'), column);
    expect(labels).toEqual([['a, b', 'c'], [], ['a', 'b'], ['1', 'true']]);
  });

  it.each([
    ['{"text": "q", "label": null}', 'the field "label" is null'],
    ['{"text": "q", "label": [["a"]]}', 'the field "label" is a list'],
    ['{"text": ["q"], "label": "a"}', 'the field "text" is a list'],
  ])('refuses %s', async (line, message) => {
    const file = await folder.write('bad.jsonl', `{"text": "ok", "label": "a"}\n${line}\n`);
    const error = await humanErrorOf(readAll([file], column));
    expect(error.message).toBe(message);
    expect(error.place).toEqual({ file, line: 2 });
  });

  it('is no list of a single-label task', async () => {
    const file = await folder.write('single.jsonl', '{"text": "q", "label": ["a"]}\n');
    const error = await humanErrorOf(readAll([file], { text: 'text', label: 'label' }));
    expect(error.message).toBe('the field "label" is a list');
  });

  it('refuses a label that is not listed', async () => {
    const file = await folder.write('listed.csv', 'text,label\nq,a\nr,"a,aple"\n');
    const error = await humanErrorOf(readAll([file], { ...column, labels: ['a', 'apple'] }));
    expect(error).toBeInstanceOf(RowsError);
    expect((error as RowsError).unlisted).toEqual(new Map([['aple', 3]]));
    expect(error.hint).toContain('Did you mean "apple"?');
  });
});

describe('a column for each label', () => {
  it('holds 0 or 1, false or true', async () => {
    const csv = 'threat,text,toxic,insult\n0,q,1,1\n1,r, 0 ,False\ntrue,s,0,TRUE\n0,t,0,0\n';
    expect(await labelsOf('f.csv', csv, flags)).toEqual([
      ['toxic', 'insult'],
      ['threat'],
      ['insult', 'threat'],
      [],
    ]);
    const json = '{"text": "q", "toxic": 1, "insult": true, "threat": "0"}';
    expect(await labelsOf('f.jsonl', json, flags)).toEqual([['toxic', 'insult']]);
  });

  it.each(['', '2', 'yes', '1.0', '-1', 'toString'])('refuses %j', async (value) => {
    const file = await folder.write('bad.csv', `text,toxic,insult,threat\nq,1,0,0\nr,1,${value},0\n`);
    const error = await humanErrorOf(readAll([file], flags));
    expect(error.message).toBe(`the column "insult" holds ${JSON.stringify(value)} instead of 0 or 1`);
    expect(error.place).toEqual({ file, line: 3 });
  });

  it('must be there', async () => {
    const file = await folder.write('missing.csv', 'text,toxic,insults,threat\nq,1,0,0\n');
    const error = await humanErrorOf(readAll([file], flags));
    expect(error).toBeInstanceOf(MissingColumnError);
    expect(error.message).toBe('there is no column "insult"');
  });
});

describe('a data set', () => {
  const load = (options: Partial<Parameters<typeof loadDataset>[0]>) =>
    loadDataset(
      { train: 'train.csv', validation: 0.25, ...column, ...options },
      dirname(folder.path('x')),
      1,
    );

  it('numbers the labels of each row, rising', async () => {
    await folder.write('train.csv', `text,label\n${'q,"b,a"\nr,c\ns,\nt,"c,b"\n'.repeat(5)}`);
    const { labels, train, validation, digest } = await load({});
    expect(labels).toEqual(['a', 'b', 'c']);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect([train.length, validation.length]).toEqual([15, 5]);
    const indices: Record<string, number[]> = { q: [0, 1], r: [2], s: [], t: [1, 2] };
    for (const { text, labelIndices } of [...train, ...validation])
      expect(labelIndices).toEqual(indices[text]);
  });

  it('has the columns in their order, and accepts those that no training row has', async () => {
    await folder.write('flags.csv', 'text,toxic,insult,threat\nq,0,1,0\nr,0,0,0\n');
    await folder.write('test.csv', 'text,toxic,insult,threat\nq,1,0,1\n');
    const files = { train: 'flags.csv', validation: 'flags.csv', test: 'test.csv' };
    const { labels, unseenLabels, test } = await load({ ...flags, ...files });
    expect(labels).toEqual(['toxic', 'insult', 'threat']);
    expect(unseenLabels).toEqual(['toxic', 'threat']);
    expect(test[0]!.labelIndices).toEqual([0, 2]);
  });

  it('refuses an unlisted label that was never trained', async () => {
    await folder.write('train.csv', 'text,label\nq,"b,a"\n');
    const file = await folder.write('test.csv', 'text,label\nq,a\nr,"a,c"\n');
    const error = await humanErrorOf(load({ validation: 'train.csv', test: 'test.csv' }));
    expect(error.message).toBe('no training row has the label "c"');
    expect(error.place).toEqual({ file, line: 3 });
  });

  it.each([
    ['q,\nr,\n', {}, 'no row has any label'],
    ['q,a\nr,\n', {}, 'all rows have the label "a": a classifier needs at least two classes'],
    ['q,\nr,\n', { labels: ['a', 'b'] }, 'no row has any label'],
  ])('refuses %j with %j', async (rows, options, message) => {
    await folder.write('train.csv', `text,label\n${rows}`);
    expect((await humanErrorOf(load(options))).message).toBe(message);
  });

  it('is content with a single label that rows have or have not, where others are listed', async () => {
    await folder.write('train.csv', 'text,label\nq,a\nr,\n');
    expect((await load({ labels: ['a', 'b'] })).unseenLabels).toEqual(['b']);
  });
});
