import { describe, expect, it } from 'vitest';
import { readRows } from '../../src/data/read';
import type { RowProblem } from '../../src/data/row-problems';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };
const read = async (contents: string | Buffer) => readAll(await folder.write('a.json', contents), columns);

describe('a list of objects', () => {
  const rows = [
    { text: 'naïve – 好 😀 \\ "q" \n\u0000', label: 'a', other: [[{}], {}] },
    { text: '', label: 'b' },
  ];
  rows[1]!.text = 'x';
  const forms: [what: string, contents: string | Buffer, lines: number[]][] = [
    ['in one line', JSON.stringify(rows), [1, 1]],
    ['over lines', JSON.stringify(rows, null, 2), [2, 12]],
    ['over lines that end as on Windows', JSON.stringify(rows, null, 1).replaceAll('\n', '\r\n'), [2, 12]],
    ['with a byte-order mark', `\uFEFF${JSON.stringify(rows)}`, [1, 1]],
    ['in UTF-16', Buffer.from(`\uFEFF${JSON.stringify(rows)}`, 'utf16le'), [1, 1]],
    [
      'as a property',
      `{"version": 1.0, "info": {"x": [{"text": 1}]},\n"data":\n${JSON.stringify(rows)}}`,
      [3, 3],
    ],
    [
      'beside lists of other things',
      `{"labels": ["a", "b"], "none": [], "data": ${JSON.stringify(rows)}}`,
      [1, 1],
    ],
  ];
  it.each(forms)('%s', async (_, contents, lines) => {
    const found = await read(contents);
    expect(found.map(({ text, labels, line }) => [text, labels[0], line])).toEqual(
      rows.map(({ text, label }, i) => [text, label, lines[i]]),
    );
  });

  it('keeps the line of each of many objects, however the file is cut into pieces', async () => {
    // Objects of one to five lines each, over several megabytes.
    const objects = Array.from({ length: 20_000 }, (_, i) => ({
      text: `é${'word '.repeat(i % 60)}"${i}"`,
      label: String(i % 3),
    }));
    let line = 1;
    const lines: number[] = [];
    const parts = objects.map((object, i) => {
      const part = JSON.stringify(object, null, i % 2);
      lines.push(line);
      line += part.split('\n').length - 1 + (i % 3);
      return `${part},${'\n'.repeat(i % 3)}`;
    });
    const found = await read(`[${parts.join('').replace(/,\n*$/, '')}]`);
    expect(found.map((row) => row.line)).toEqual(lines);
    expect(found.map(({ text }) => text)).toEqual(objects.map(({ text }) => text));
  });
});

it('tells of what is no object, and reads the others', async () => {
  const problems: RowProblem[] = [];
  const texts: string[] = [];
  const contents =
    '[{"text":"a","label":"x"},\n5,\n{"text":{"en":"b","de":"c"},"label":"x"},\nnull,{"text":"d","label":null}, {"text":"e","label":1}]';
  await readRows(
    { file: await folder.write('b.json', contents), format: 'json', gzipped: false },
    { ...columns, onProblem: (problem) => problems.push(problem) },
    ({ text }) => {
      texts.push(text);
    },
  );
  expect(texts).toEqual(['a', 'e']);
  expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '2 this is a number, where an object should be',
    '3 the field "text" is an object',
    '4 this is null, where an object should be',
    '4 the field "label" is null',
  ]);
  expect(problems[1]!.hint).toContain('"en", "de"');
});

describe('what is no list of objects', () => {
  const row = '{"text":"a","label":"x"}';
  const table: [what: string, contents: string, place: [number, number], says: RegExp, hint: RegExp][] = [
    ['JSON Lines', `${row}\n${row}\n`, [2, 1], /follows the end/, /"jsonl"/],
    ['one line of JSON Lines', `${row}\n`, [1, 1], /no list of objects/, /"jsonl"/],
    ['a table by columns', '{"text":["a","b"],"label":["x","y"]}', [1, 1], /no list of objects/, /records/],
    ['the same of objects', '{"text":{"0":"a"},"label":{"0":"x"}}', [1, 1], /no list of objects/, /records/],
    ['two lists', `{"train":[${row}],\n "test":[${row}]}`, [2, 10], /second list/, /one of them/],
    ['a list of both', `{"data":[1, ${row}]}`, [1, 13], /object in a list of other/, /list of objects/],
    ['a text', '"text"', [1, 1], /neither a list/, /list of objects/],
    ['a comma too many', `[${row},\n]`, [2, 1], /not valid JSON/, /list of objects/],
    ['a comma too few', `[${row}\n ${row}]`, [2, 2], /not valid JSON/, /list of objects/],
    ['a line break in a text', '[{"text":"é\n"}]', [1, 12], /not valid JSON/, /list of objects/],
    ['a file that ends too early', `[${row},\n{"te`, [2, 5], /ends in the middle/, /cut off/],
    ['brackets without end', '['.repeat(600), [1, 501], /inside of each other/, /list of objects/],
  ];
  it.each(table)('%s', async (_, contents, [line, column], says, hint) => {
    const error = await humanErrorOf(read(contents));
    expect(error.message).toMatch(says);
    expect(error.hint).toMatch(hint);
    expect(error.place).toMatchObject({ line, column });
  });
});

it('says so where there are no rows', async () => {
  expect((await humanErrorOf(read('[]'))).message).toBe('this file has no rows');
  expect((await humanErrorOf(read(' \n'))).message).toBe('this file has no rows');
  expect((await humanErrorOf(read(''))).message).toBe('this file is empty');
});
