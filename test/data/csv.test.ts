import { describe, expect, it } from 'vitest';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };

async function readCsv(contents: string | Buffer, name = 'data.csv') {
  const rows = await readAll([await folder.write(name, contents)], columns);
  return rows.map(({ text, labels, line }) => [text, labels[0], line]);
}

const readable: [what: string, contents: string, rows: [text: string, label: string, line: number][]][] = [
  [
    'plain rows',
    'text,label\na,x\nb,y\n',
    [
      ['a', 'x', 2],
      ['b', 'y', 3],
    ],
  ],
  ['no line end at the end', 'text,label\na,x', [['a', 'x', 2]]],
  [
    'other columns and another order',
    'id,label,text\n1,x,a\n2,y,b\n',
    [
      ['a', 'x', 2],
      ['b', 'y', 3],
    ],
  ],
  ['delimiters in quotes', 'text,label\n"a, b",x\n', [['a, b', 'x', 2]]],
  [
    'doubled quotes',
    'text,label\n"say ""hi""",x\n"""",y\n',
    [
      ['say "hi"', 'x', 2],
      ['"', 'y', 3],
    ],
  ],
  [
    'line breaks in quotes',
    'text,label\n"a\nb\n\nc",x\nd,y\n',
    [
      ['a\nb\n\nc', 'x', 2],
      ['d', 'y', 6],
    ],
  ],
  [
    'CRLF, in quotes too',
    'text,label\r\n"a\r\nb",x\r\nc,y\r\n',
    [
      ['a\r\nb', 'x', 2],
      ['c', 'y', 4],
    ],
  ],
  [
    'mixed line ends',
    'text,label\r\na,x\nb,y\r\nc,x\rd,y',
    [
      ['a', 'x', 2],
      ['b', 'y', 3],
      ['c', 'x', 4],
      ['d', 'y', 5],
    ],
  ],
  [
    'blank lines, which are no rows',
    '\n\ntext,label\n\na,x\n\n\nb,y\n\n \n',
    [
      ['a', 'x', 5],
      ['b', 'y', 8],
    ],
  ],
  ['a byte-order mark', '\uFEFFtext,label\na,x\n', [['a', 'x', 2]]],
  ['a byte-order mark before a quote', '\uFEFF"text","label"\n"a","x"\n', [['a', 'x', 2]]],
  ['a header of two lines', '"te\nxt",text,label\n1,a,x\n', [['a', 'x', 3]]],
  ['spaces around headers and labels', 'text , label\n a , x \n', [[' a ', 'x', 2]]],
  [
    'quotes inside unquoted fields',
    'text,label\nsay "hi" now,x\n5" disk,y\n',
    [
      ['say "hi" now', 'x', 2],
      ['5" disk', 'y', 3],
    ],
  ],
  ['letters beyond ASCII', 'text,label\nнет – 好 😀,é\n', [['нет – 好 😀', 'é', 2]]],
];

it.each(readable)('reads %s', async (_, contents, rows) => {
  expect(await readCsv(contents)).toEqual(rows);
});

it('reads tab-separated values', async () => {
  expect(await readCsv('label\ttext\nx\ta, b\ny\t"c\td"\n', 'data.tsv')).toEqual([
    ['a, b', 'x', 2],
    ['c\td', 'y', 3],
  ]);
});

it('reads a record larger than the chunks that files are read in', async () => {
  const long = 'é,"\r\n'.repeat(600_000);
  const quoted = `"${long.replaceAll('"', '""')}"`;
  expect(await readCsv(`text,label\n${quoted},x\nb,y\n`)).toEqual([
    [long, 'x', 2],
    ['b', 'y', 600_003],
  ]);
});

describe('mistakes', () => {
  const mistakes: [
    what: string,
    contents: string,
    line: number | undefined,
    column: number | undefined,
    says: RegExp,
    hint: RegExp,
  ][] = [
    [
      'a missing column',
      'text,lable\na,x\n',
      1,
      undefined,
      /no column "label"/,
      /Did you mean "lable"\? The header has: "text", "lable"/,
    ],
    ['tabs in a csv file', 'text\tlabel\na\tx\n', 1, undefined, /no column "text"/, /data\.format to "tsv"/],
    ['semicolons', 'text;label\na;x\n', 1, undefined, /no column "text"/, /semicolons/],
    [
      'a column that is there twice',
      'text,label,label\na,x,y\n',
      1,
      undefined,
      /several columns "label"/,
      /Rename/,
    ],
    ['a quote that is never closed', 'text,label\na,x\nb,y\n"c,x\nd,y\n', 4, 1, /never closed/, /twice/],
    ['an unclosed quote in a later field', 'text,label\na,x\nb b,"y\nc,x\n', 3, 5, /never closed/, /twice/],
    [
      'an unclosed quote that a later one seems to close',
      'text,label\n"a,x\nb,y\n"c",x\n',
      2,
      1,
      /line 4, column 1/,
      /twice/,
    ],
    ['text after a closing quote', 'text,label\na,x\n"b"c,y\n', 3, 3, /text follows the quote/, /twice/],
    [
      'a single quote inside a quoted field',
      'text,label\n"a\nb "c" d",y\n',
      2,
      1,
      /line 3, column 3/,
      /twice/,
    ],
    ['too many fields', 'text,label\na,x\nb, c,y\n', 3, undefined, /3 fields, the header has 2/, /quotes/],
    ['too few fields', 'text,label\n"a\nb",x\nc\n', 4, undefined, /1 field, the header has 2/, /quotes/],
    ['an empty text', 'text,label\na,x\n,y\n', 3, undefined, /the text \("text"\) is empty/, /delete/],
    ['a text of spaces', 'text,label\n"  ",y\n', 2, undefined, /the text \("text"\) is empty/, /delete/],
    ['an empty label', 'text,label\na,x\nb,\n', 3, undefined, /the label \("label"\) is empty/, /delete/],
    ['a header alone', 'text,label\n', undefined, undefined, /no rows/, /at least one row/],
    ['blank lines alone', '\n\n', undefined, undefined, /no rows/, /at least one row/],
    ['an empty file', '', undefined, undefined, /empty/, /at least one row/],
  ];

  it.each(mistakes)('%s', async (_, contents, line, column, says, hint) => {
    const file = await folder.write('data.csv', contents);
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file, line, column });
    expect(error.message).toMatch(says);
    expect(error.hint).toMatch(hint);
  });

  it('counts the rows that are wrong and names their lines', async () => {
    const file = await folder.write('data.csv', 'text,label\na,x\n,y\nb,\nc,x,y\nd,y\n');
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place?.line).toBe(3);
    expect(error.message).toContain('3 rows have something wrong: lines 3, 4, 5)');
  });

  it('names ten lines of many', async () => {
    const file = await folder.write('data.csv', `text,label\n${',x\n'.repeat(5000)}`);
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.message).toContain(
      '5000 rows have something wrong: lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …)',
    );
  });

  it('a label outside those that the experiment allows', async () => {
    const file = await folder.write('data.csv', 'text,label\n"a\nb",ham\nc,smap\n');
    const error = await humanErrorOf(readAll([file], { ...columns, labels: ['ham', 'spam'] }));
    expect(error.place).toEqual({ file, line: 4 });
    expect(error.message).toContain('"smap"');
    expect(error.hint).toBe('Did you mean "spam"? Allowed: "ham", "spam".');
  });

  it('a row that never ends', async () => {
    const file = await folder.write('data.csv', `text,label\na,x\n"b,${'y\n'.repeat(9_000_000)}`);
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file, line: 3, column: 1 });
    expect(error.message).toContain('never closed');
  });
});

it('joins several text columns with line breaks', async () => {
  const file = await folder.write('data.csv', 'title,label,body\nT,x,B\n,y,C\n');
  const rows = await readAll([file], { text: ['title', 'body'], label: 'label' });
  expect(rows.map((row) => row.text)).toEqual(['T\nB', '\nC']);
});
