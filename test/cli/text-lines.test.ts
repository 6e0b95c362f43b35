import { describe, expect, it } from 'vitest';
import { textLines } from '../../src/cli/text-lines';
import { HumanError } from '../../src/protocol/human-error';

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(bytes: Uint8Array, size: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of textLines(inChunks(bytes, size), 'standard input')) lines.push(...some);
  return lines;
}

const sizes = [1, 2, 3, 5, 7, 1000];

describe.each(sizes)('lines in chunks of %i bytes', (size) => {
  it.each<[string, string[]]>([
    ['', []],
    ['\n', ['']],
    ['a\nb\n', ['a', 'b']],
    ['a\n\nb', ['a', '', 'b']],
    ['\uFEFFä\r\n😀 日本\r\nx\ry', ['ä', '😀 日本', 'x\ry']],
    ['a\n\uFEFFb\n', ['a', '\uFEFFb']],
  ])('%j', async (text, lines) => expect(await read(Buffer.from(text), size)).toEqual(lines));

  it.each<[string, number]>([
    ['\xe4\n', 1],
    ['a\nb\nb\xe4d\nc\n', 3],
    ['a\nb\nc\nd\xe4', 4],
    ['a\n\xc3\n\xa4\n', 2],
  ])('%j as Latin-1 is refused with line %i', async (text, line) => {
    const error: unknown = await read(Buffer.from(text, 'latin1'), size).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).place).toEqual({ file: 'standard input', line });
  });
});
