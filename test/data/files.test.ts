import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };
const header = 'text,label\n';

describe('files', () => {
  it('suggests a file of a similar name', async () => {
    await folder.write('reviews.csv', `${header}a,x\n`);
    const file = folder.path('review.csv');
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file });
    expect(error.message).toBe('review.csv does not exist.');
    expect(error.hint).toBe('Did you mean "reviews.csv"?');
  });

  it('lists the data files that are there', async () => {
    await folder.write('reviews.csv', `${header}a,x\n`);
    const error = await humanErrorOf(readAll([folder.path('something-else.jsonl')], columns));
    expect(error.hint).toMatch(/^Data files in that folder: .*"reviews\.csv"/);
  });

  it('says when the folder is missing too', async () => {
    const error = await humanErrorOf(readAll([folder.path('nowhere/a.csv')], columns));
    expect(error.hint).toContain('There is no folder');
  });

  it('refuses a folder that has no classes in it', async () => {
    await mkdir(folder.path('folder.csv'));
    const error = await humanErrorOf(readAll([folder.path('folder.csv')], columns));
    expect(error.message).toBe('this folder has no folders in it, one for each class');
    expect(error.hint).toContain('name the data files');
  });

  it.each(['data.txt', 'data'])('asks for the format of %s', async (name) => {
    const file = await folder.write(name, `${header}a,x\n`);
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file });
    expect(error.hint).toContain('data.format');
    expect(await readAll([file], { ...columns, format: 'csv' })).toHaveLength(1);
  });

  it('reads several files in their order and says which one each row is from', async () => {
    const files = [
      await folder.write('1.csv', `${header}a,x\n`),
      await folder.write('2.tsv', 'label\ttext\ny\tb\n'),
    ];
    expect(await readAll(files, columns)).toEqual([
      { text: 'a', labels: ['x'], file: files[0], line: 2 },
      { text: 'b', labels: ['y'], file: files[1], line: 2 },
    ]);
  });
});

describe('encodings', () => {
  const text = 'naïve – 好 😀';
  const csv = `${header}a,x\n${text},y\n`;
  const swapped = (contents: string) => Buffer.from(contents, 'utf16le').swap16();

  it.each([
    ['UTF-16 LE', Buffer.from(`\uFEFF${csv}`, 'utf16le')],
    ['UTF-16 BE', swapped(`\uFEFF${csv}`)],
  ])('reads %s with its byte-order mark', async (_, contents) => {
    const rows = await readAll([await folder.write('a.csv', contents)], columns);
    expect(rows[1]).toMatchObject({ text, labels: ['y'], line: 3 });
  });

  it('reads characters that lie across the chunks in which files are read', async () => {
    const rows = [];
    for (let shift = 0; shift < 4; shift++) {
      const long = `${'a'.repeat(shift)}${'😀'.repeat(700_000)}`;
      rows.push(...(await readAll([await folder.write('a.csv', `${header}${long},x\n`)], columns)));
      expect(rows.at(-1)!.text === long).toBe(true);
    }
  });

  it.each([
    ['UTF-16 without a mark', Buffer.from(csv, 'utf16le'), /byte 2 is zero/],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x74, 0, 0, 0]), /byte 3 is zero/],
    [
      'UTF-16 that is broken',
      Buffer.concat([Buffer.from(`\uFEFF${csv}`, 'utf16le'), Buffer.from([0, 0xd8, 0x20, 0])]),
      /not UTF-16/,
    ],
    [
      'UTF-16 of an odd number of bytes',
      Buffer.concat([Buffer.from(`\uFEFF${csv}`, 'utf16le'), Buffer.from([0x20])]),
      /not UTF-16/,
    ],
  ])('refuses %s', async (_, contents, says) => {
    const file = await folder.write('a.csv', contents);
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place?.file).toBe(file);
    expect(error.message).toMatch(says);
    expect(error.hint).toContain('UTF-8');
  });

  const start = Buffer.from(`${header}"é\r\nb",x\r\n`);
  const broken: [what: string, bytes: number[], bad: number, column: number, hint: RegExp][] = [
    ['Latin-1', [0x63, 0x61, 0x66, 0xe9, 0x2c, 0x78], 3, 4, /ISO-8859-1/],
    ['Windows-1252', [0x69, 0x74, 0x92, 0x73, 0x2c, 0x78], 2, 3, /WINDOWS-1252/],
    ['after letters of two bytes', [0xc3, 0xa9, 0xc3, 0xa9, 0x20, 0xfc, 0x20], 5, 4, /ISO-8859-1/],
    ['GBK', [0x61, 0xba, 0xc3, 0xb5, 0xc4, 0xba, 0xc3], 1, 2, /encoding that it was saved in/],
    ['an overlong form', [0xc0, 0xaf, 0x41], 0, 1, /encoding that it was saved in/],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80, 0x61], 1, 2, /encoding that it was saved in/],
    ['bytes that look like the replacement character at first', [0x61, 0xef, 0xbf, 0x41], 1, 2, /UTF-8/],
  ];

  it.each(broken)('gives the place of what is not UTF-8: %s', async (_, bytes, bad, column, hint) => {
    const file = await folder.write('a.csv', Buffer.concat([start, Buffer.from(bytes), Buffer.from('\n')]));
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file, line: 4, column });
    expect(error.message).toContain(`number ${start.length + bad + 1} in the file`);
    expect(error.hint).toMatch(hint);
  });

  const named: [encoding: string, hex: string, says: RegExp][] = [
    // A sentence, by Python: text.encode(encoding).hex()
    [
      'Windows-1251',
      'ddf2ee20eef7e5edfc20f5eef0eef8e8e920f4e8ebfcec3b20eeed20ecede520efeeedf0e0e2e8ebf1ff',
      /iconv -f WINDOWS-1251/,
    ],
    [
      'KOI8-R',
      'fcd4cf20cfdec5ced820c8cfd2cfdbc9ca20c6c9ccd8cd3b20cfce20cdcec520d0cfced2c1d7c9ccd3d1',
      /iconv -f KOI8-R/,
    ],
    [
      'Shift_JIS',
      '93fa967b8cea82cc8365834c8358836782c582b7814282c682c482e097c782a2896689e682c582b582bd',
      /iconv -f CP932/,
    ],
    [
      'EUC-JP',
      'c6fccbdcb8eca4cea5c6a5ada5b9a5c8a4c7a4b9a1a3a4c8a4c6a4e2cec9a4a4b1c7b2e8a4c7a4b7a4bf',
      /iconv -f EUC-JP/,
    ],
    [
      'GB18030',
      'd5e2cac7d2bbb2bfb7c7b3a3bac3b5c4b5e7d3b0a3acced2badccfb2bbb6cbfcb5c4b9cacac2',
      /iconv -f GB18030/,
    ],
    ['Big5', 'b36fac4fa440b3a1ab44b160a66eaabab971bc76a141a7daabdcb3dfc577a5a6aabaac47a8c6', /iconv -f BIG5/],
    [
      'EUC-KR',
      'c1a4b8bb20c1c1c0ba20bfb5c8adbfb4bdc0b4cfb4d920b4d9bdc320bab8b0ed20bdcdbeeebfe4',
      /iconv -f CP949/,
    ],
  ];
  it.each(named)('names %s', async (_, hex, says) => {
    const bytes = Buffer.concat([Buffer.from(header), Buffer.from(hex, 'hex'), Buffer.from(',x\n')]);
    const error = await humanErrorOf(readAll([await folder.write('a.csv', bytes)], columns));
    expect(error.place).toMatchObject({ line: 2, column: 1 });
    expect(error.hint).toMatch(says);
    expect(error.hint).toContain('-t UTF-8 OLD > NEW');
  });

  it('counts a byte-order mark among the bytes, not among the columns', async () => {
    const file = await folder.write('a.csv', Buffer.concat([Buffer.from('\uFEFFte'), Buffer.from([0xff])]));
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file, line: 1, column: 3 });
    expect(error.message).toContain('number 6 in the file');
  });

  it('finds a broken byte far into a file', async () => {
    const lines = Buffer.from(`${header}${'some text é,x\r\n'.repeat(200_000)}`);
    const file = await folder.write('a.csv', Buffer.concat([lines, Buffer.from([0x62, 0xff, 0x2c, 0x78])]));
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file, line: 200_002, column: 2 });
  });

  it('finds zeros that stand where a file has long been text', async () => {
    const lines = `${header}${'some text é,x\n'.repeat(100_000)}`;
    const file = await folder.write('a.csv', `${lines}bad\0one,x\n`);
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file, line: 100_002, column: 4 });
    expect(error.message).toContain('zero character');
    const wide = await folder.write('b.csv', Buffer.from('\uFEFFtext,label\na\0b,x\n', 'utf16le'));
    expect((await humanErrorOf(readAll([wide], columns))).message).toContain('zero character');
  });

  it('says when a file ends inside a character', async () => {
    const file = await folder.write('a.csv', Buffer.from(`${header}a,😀`).subarray(0, -1));
    const error = await humanErrorOf(readAll([file], columns));
    expect(error.place).toEqual({ file, line: 2, column: 3 });
    expect(error.message).toContain('ends in the middle of a character');
  });
});
