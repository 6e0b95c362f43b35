import { HumanError } from '../protocol/human-error';

/**
 * The lines of a stream of bytes, as many at a time as have arrived. A byte-order mark and carriage returns
 * at line ends are left out; empty lines are kept.
 *
 * @param name of the stream, for messages
 * @throws HumanError with the line where the bytes are not UTF-8
 */
export async function* textLines(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let rest = '';
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new HumanError('These bytes are not UTF-8 text.', {
        place: { file: name, line },
        hint: 'Convert the texts to UTF-8 first.',
        cause,
      });
    }
  };
  for await (const chunk of chunks) {
    const lines = (rest + decode(chunk)).split('\n');
    rest = lines.pop()!;
    line += lines.length;
    if (lines.length > 0) yield lines.map(withoutReturn);
  }
  rest += decode();
  if (rest !== '') yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
