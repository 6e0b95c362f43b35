import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { expectedProbabilities, tags, threeClasses, writeTinyModel } from '../predict/tiny-model';
import { startHelper } from './support';

const parquet = (name: string) => join(import.meta.dirname, `../fixtures/parquet/${name}.parquet`);

const folder = mkdtempSync(join(tmpdir(), 'textclf-predict-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const modelFolder = writeTinyModel(join(folder, 'model'), threeClasses);
const write = (name: string, contents: string | Buffer) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), contents);
  return join(folder, name);
};

/** What the two added columns must say of a text. */
function expected(text: string): [label: string, probability: number] {
  const best = Object.entries(expectedProbabilities(text, threeClasses)).sort(([, a], [, b]) => b - a)[0];
  return best!;
}

const hostile = '=1+1,"quoted"\n<b>';

describe('every row of a file', () => {
  const table: [
    what: string,
    name: string,
    contents: string,
    textColumns: string[] | undefined,
    header: string[],
    rows: [fields: string[], text: string][],
  ][] = [
    [
      'a CSV file, its text column guessed',
      'a.csv',
      `id,review,note\r\n1,good film,"${hostile.replaceAll('"', '""')}"\r\n2,very bad film, x \r\n`,
      undefined,
      ['id', 'review', 'note'],
      [
        [['1', 'good film', hostile], 'good film'],
        [['2', 'very bad film', ' x '], 'very bad film'],
      ],
    ],
    [
      'a TSV file by a named column',
      'b.tsv',
      'text\tother\nfilm\tgood\n',
      ['other'],
      ['text', 'other'],
      [[['film', 'good'], 'good']],
    ],
    [
      'columns of the same name, and of the names of the added ones',
      'c.csv',
      'text,predicted,x,x\ngood,old,1,2\n',
      ['text'],
      ['text', 'predicted', 'x', 'x'],
      [[['good', 'old', '1', '2'], 'good']],
    ],
    [
      'JSON Lines with fields that come and go',
      'd.jsonl',
      '{"text":"good","id":1}\n\n{"extra":true,"text":"bad film","list":["a","b"],"deep":{"x":1}}\n',
      ['text'],
      ['text', 'id', 'extra', 'list'],
      [
        [['good', '1', '', ''], 'good'],
        [['bad film', '', 'true', 'a,b'], 'bad film'],
      ],
    ],
    [
      'a text file, a text a line',
      'e.txt',
      'good\r\n\nvery bad',
      undefined,
      ['text'],
      [
        [['good'], 'good'],
        [[''], ''],
        [['very bad'], 'very bad'],
      ],
    ],
  ];
  it.each(table)('%s', async (_, name, contents, textColumns, header, rows) => {
    const helper = startHelper();
    const output = join(folder, `${name}.out.csv`);
    const file = write(name, contents);
    const result = await helper.result('predictFile', {
      modelFolder,
      file,
      output,
      ...(textColumns ? { textColumns } : {}),
    });
    expect(result).toEqual({ rows: rows.length, output });
    const [found, ...foundRows] = parse(readFileSync(output, 'utf8')) as string[][];
    const added = header.includes('predicted')
      ? ['predicted_2', 'probability']
      : ['predicted', 'probability'];
    expect(found).toEqual([...header, ...added]);
    expect(foundRows).toHaveLength(rows.length);
    for (const [i, [fields, text]] of rows.entries()) {
      expect(foundRows[i]!.slice(0, -2)).toEqual(fields);
      const [label, probability] = foundRows[i]!.slice(-2);
      if (text === '') expect([label, probability]).toEqual(['', '']);
      else {
        expect(label).toBe(expected(text)[0]);
        expect(Number(probability)).toBeCloseTo(expected(text)[1], 4);
      }
    }
    await helper.leave();
  });

  it('joins several labels so that they can be read again', async () => {
    const helper = startHelper();
    const texts = ['good', 'bad', 'new', 'film film', ''];
    const file = write('tags.csv', `text,n\n${texts.map((text, i) => `${text},${i}\n`).join('')}`);
    const output = join(folder, 'tags.out.csv');
    const model = writeTinyModel(join(folder, 'tags'), tags);
    await helper.result('predictFile', { modelFolder: model, file, textColumns: ['text'], output });
    const { predictions } = await helper.result('predict', { modelFolder: model, texts: texts.slice(0, 4) });
    await helper.leave();
    const [, ...rows] = parse(readFileSync(output, 'utf8')) as string[][];
    expect(rows.map(([, , predicted]) => predicted)).toEqual([
      ...predictions.map(({ labels }) => labels.join(' | ')),
      '',
    ]);
    expect(rows.map(([, , , probability]) => probability !== '')).toEqual([true, true, true, true, false]);
    expect(new Set(predictions.map(({ labels }) => labels.length))).toEqual(new Set([0, 1, 2]));
    expect(predictions.map(({ label }) => label)).toContain('no label');
  });

  const others: [what: string, make: () => string, header: string[], texts: string[]][] = [
    [
      'a list in JSON',
      () => write('f.json', '[{"text":"good"},\n{"text":"bad film","id":2}]'),
      ['text', 'id'],
      ['good', 'bad film'],
    ],
    [
      'lines of fastText',
      () => write('g.ft', '__label__x good\n__label__y bad\n'),
      ['text', 'label'],
      ['good', 'bad'],
    ],
    ['a gzipped file', () => write('h.csv.gz', gzipSync('text\ngood\nbad\n')), ['text'], ['good', 'bad']],
    ['a gzipped text file', () => write('i.txt.gz', gzipSync('good\nbad\n')), ['text'], ['good', 'bad']],
    [
      'a Parquet file',
      () => parquet('class-lists'),
      ['text', 'label'],
      ['text 0', 'text 1', 'text 2', 'text 3'],
    ],
    [
      'a folder with one folder a class',
      () => {
        write('j/pos/1.txt', 'good');
        write('j/neg/1.txt', 'bad');
        return join(folder, 'j');
      },
      ['text', 'label'],
      ['bad', 'good'],
    ],
  ];
  it.each(others)('%s', async (_, make, header, texts) => {
    const output = join(folder, 'others.csv');
    const params = { modelFolder, file: make(), output, textColumns: ['text'] };
    expect(await startHelper().result('predictFile', params)).toEqual({ rows: texts.length, output });
    const [found, ...rows] = parse(readFileSync(output, 'utf8')) as string[][];
    expect(found).toEqual([...header, 'predicted', 'probability']);
    expect(rows.map(([text]) => text!.split(':')[0])).toEqual(texts);
    for (const row of rows) expect(row.at(-2)).toBe(expected(row[0]!)[0]);
  });

  it('goes on from block to block, in order, and tells how far it is', async () => {
    const helper = startHelper();
    const texts = Array.from({ length: 3000 }, (_, i) => (i % 2 ? 'good film' : 'bad bad film'));
    const file = write('long.csv', `n,text\n${texts.map((text, i) => `${i},${text}\n`).join('')}`);
    const output = join(folder, 'long.out.csv');
    const asked = helper.ask('predictFile', { modelFolder, file, output });
    expect(await asked.reply).toMatchObject({ type: 'result', result: { rows: 3000 } });
    const rows = (parse(readFileSync(output, 'utf8')) as string[][]).slice(1);
    expect(rows.map(([n]) => Number(n))).toEqual(texts.map((_, i) => i));
    expect(rows.map(([, , label]) => label)).toEqual(texts.map((text) => expected(text)[0]));
    const last = asked.progress.at(-1)!;
    expect(last.done).toBe(last.total);
    await helper.leave();
  });
});

describe('nothing is left of the output', () => {
  const leftovers = () => readdirSync(folder).filter((name) => name.includes('.tmp'));
  /** More than is classified before the first word of progress arrives. */
  const endless = () => write('endless.csv', `text\n${'good film\n'.repeat(1_000_000)}`);

  it('when it is cancelled', async () => {
    const helper = startHelper();
    const output = join(folder, 'cancelled.csv');
    const params = { modelFolder, file: endless(), textColumns: ['text'], output };
    const asked = helper.ask('predictFile', params, (id) => helper.cancel(id));
    expect(await asked.reply).toEqual({ type: 'cancelled', id: asked.id });
    expect(existsSync(output)).toBe(false);
    expect(leftovers()).toEqual([]);
    // The model is still open.
    expect((await helper.result('predict', { modelFolder, texts: ['good'] })).predictions).toHaveLength(1);
    await helper.leave();
  });

  it('when the editor goes away', async () => {
    const helper = startHelper();
    const output = join(folder, 'left.csv');
    const params = { modelFolder, file: endless(), textColumns: ['text'], output };
    let left: Promise<number | null> | undefined;
    const asked = helper.ask('predictFile', params, () => {
      left ??= helper.leave();
    });
    await expect(asked.reply).rejects.toThrow('ended');
    expect(await left).toBe(0);
    expect(existsSync(output)).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  const failing: [
    what: string,
    name: string,
    contents: string,
    textColumns: string[] | undefined,
    message: string,
  ][] = [
    ['a row of another width', 'wide.csv', 'text,a\ngood,1\nbad\n', ['text'], 'this row has 1 field'],
    ['a column that is not there', 'none.csv', 'text,a\ngood,1\n', ['txt'], 'there is no column "txt"'],
    ['no text column to guess', 'numbers.csv', 'a,b\n1,2\n', undefined, 'not clear which column'],
    ['no rows', 'empty.csv', 'text\n', ['text'], 'no rows'],
    ['a line that is no JSON', 'bad.jsonl', '{"text":"good"}\n{"text"\n', ['text'], 'not valid JSON'],
  ];
  it.each(failing)('for %s', async (_, name, contents, textColumns, message) => {
    const helper = startHelper();
    const output = join(folder, 'failed.csv');
    const params = {
      modelFolder,
      file: write(name, contents),
      output,
      ...(textColumns ? { textColumns } : {}),
    };
    const reply = await helper.ask('predictFile', params).reply;
    expect(reply).toMatchObject({ type: 'error', error: { human: true } });
    expect(reply.type === 'error' && reply.error.message).toContain(message);
    expect(existsSync(output)).toBe(false);
    expect(leftovers()).toEqual([]);
    await helper.leave();
  });

  it('nor is the file itself written over', async () => {
    const helper = startHelper();
    const file = write('self.csv', 'text\ngood\n');
    const reply = await helper.ask('predictFile', { modelFolder, file, output: file }).reply;
    expect(reply).toMatchObject({ type: 'error', error: { human: true } });
    expect(readFileSync(file, 'utf8')).toBe('text\ngood\n');
    await helper.leave();
  });
});
