import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readAll } from '../support/read-all';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };
const csv = 'text,label\na,x\n"b\nc",y\n';
const packed = gzipSync(csv);

it('reads what is packed, with its lines, and shows a digest the bytes on the disk', async () => {
  const file = await folder.write('a.CSV.gz', packed);
  const parts: Buffer[] = [];
  const rows = await readAll(file, { ...columns, observe: (_, bytes) => parts.push(bytes) });
  expect(rows.map(({ text, line }) => [text, line])).toEqual([
    ['a', 2],
    ['b\nc', 3],
  ]);
  expect(Buffer.concat(parts).equals(packed)).toBe(true);
});

it('reads all members of an archive', async () => {
  const members = [csv, 'd,x\n', '', 'e,y\n'].map((part) => gzipSync(part));
  const file = await folder.write('a.csv.gz', Buffer.concat([...members, Buffer.alloc(100)]));
  expect((await readAll(file, columns)).map(({ text }) => text)).toEqual(['a', 'b\nc', 'd', 'e']);
});

it('finds the place of a mistake in what is packed', async () => {
  const broken = Buffer.concat([Buffer.from(csv), Buffer.from('caf\xe9 au lait,x\n', 'latin1')]);
  const file = await folder.write('a.csv.gz', gzipSync(broken));
  const error = await humanErrorOf(readAll(file, columns));
  expect(error.place).toEqual({ file, line: 5, column: 4 });
});

describe('refuses', () => {
  const flipped = Buffer.from(packed);
  flipped[flipped.length - 6]! ^= 1;
  const table: [what: string, bytes: Buffer, says: RegExp][] = [
    ['an archive that is cut off', packed.subarray(0, -3), /cut off/],
    ['a second member that is cut off', Buffer.concat([packed, packed.subarray(0, 5)]), /cut off/],
    ['one that is damaged', flipped, /damaged/],
    ['bytes after it', Buffer.concat([packed, Buffer.from('more than that')]), /damaged/],
    ['a member after zeros', Buffer.concat([packed, Buffer.alloc(8), packed]), /something follows the end/],
    ['a text that is not packed', Buffer.from(csv), /no gzip archive/],
    ['nothing', Buffer.alloc(0), /cut off/],
  ];
  it.each(table)('%s', async (_, bytes, says) => {
    const file = await folder.write('broken.csv.gz', bytes);
    const error = await humanErrorOf(readAll(file, columns));
    expect(error.place).toEqual({ file });
    expect(error.message).toMatch(says);
    expect(error.hint).toBeTruthy();
  });

  it('nothing that the library itself reads to the end', () => {
    // What makes the case of zeros necessary.
    expect(gunzipSync(Buffer.concat([packed, Buffer.alloc(8), packed])).toString()).toBe(csv);
  });
});
