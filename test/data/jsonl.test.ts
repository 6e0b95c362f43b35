import { expect, it } from 'vitest';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };

it('reads objects, one a line', async () => {
  const contents =
    '\uFEFF{"text": "a\\nb", "label": "x"}\r\n\r\n{"label": 1, "text": 2.5, "more": [1]}\n{"text": "é", "label": true}';
  const rows = await readAll([await folder.write('a.jsonl', contents)], columns);
  expect(rows.map(({ text, labels, line }) => [text, labels[0], line])).toEqual([
    ['a\nb', 'x', 1],
    ['2.5', '1', 3],
    ['é', 'true', 4],
  ]);
});

it('reads lines longer than the chunks that files are read in', async () => {
  const text = 'é "quoted" 😀\n'.repeat(200_000);
  const contents = `${JSON.stringify({ text, label: 'x' })}\n${JSON.stringify({ text: 'b', label: 'y' })}\n`;
  const rows = await readAll([await folder.write('a.ndjson', contents)], columns);
  expect(rows[0]!.text).toBe(text);
  expect(rows[1]).toMatchObject({ text: 'b', labels: ['y'], line: 2 });
});

const good = '{"text": "a", "label": "x"}\n';
const mistakes: [
  what: string,
  contents: string,
  line: number,
  column: number | undefined,
  says: RegExp,
  hint: RegExp,
][] = [
  ['what is no JSON', `${good}{"text": "a", label: "x"}\n`, 2, 15, /not valid JSON/, /one object/],
  ['a line that breaks off', `${good}${good}{"text": "a`, 3, 10, /not valid JSON/, /one object/],
  ['single quotes', `{'text': 'a'}\n`, 1, 2, /not valid JSON/, /one object/],
  ['a list', `${good}["a", "x"]\n`, 2, undefined, /a list, not an object/, /one object/],
  ['null', 'null\n', 1, undefined, /null, not an object/, /one object/],
  [
    'a missing field',
    '{"txt": "a", "label": "x"}\n',
    1,
    undefined,
    /no field "text"/,
    /Did you mean "txt"\? This object has: "txt", "label"/,
  ],
  ['an inherited name', '{"label": "x"}\n', 1, undefined, /no field "text"/, /"label"/],
  [
    'a field that is an object',
    '{"text": {"a": 1}, "label": "x"}\n',
    1,
    undefined,
    /"text" is an object/,
    /string/,
  ],
  ['a field that is null', '{"text": "a", "label": null}\n', 1, undefined, /"label" is null/, /string/],
  ['an empty text', `${good}{"text": "", "label": "x"}\n`, 2, undefined, /is empty/, /delete/],
];

it.each(mistakes)('refuses %s', async (_, contents, line, column, says, hint) => {
  const file = await folder.write('a.jsonl', contents);
  const error = await humanErrorOf(readAll([file], columns));
  expect(error.place).toEqual({ file, line, column });
  expect(error.message).toMatch(says);
  expect(error.hint).toMatch(hint);
});

it('refuses a file without line breaks', async () => {
  const file = await folder.write('a.jsonl', `[${'{"text": "a", "label": "x"},\t'.repeat(700_000)}]`);
  const error = await humanErrorOf(readAll([file], columns));
  expect(error.place).toEqual({ file, line: 1 });
  expect(error.message).toContain('longer than 16 MiB');
});
