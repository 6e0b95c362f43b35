import { quoteName } from '../protocol/did-you-mean';
import { readUtf8 } from './encoding';
import { labelPrefix, parseFastText } from './fasttext-line';
import { readLines } from './lines';
import type { FieldValue, RecordReader } from './record-reader';

/**
 * Reads lines like `__label__good __label__short What a film!`: a text and its labels. Blank lines are no rows.
 * Columns have no meaning here: the first is the text, the other the label, or the labels where a list is fine.
 */
export const fastTextReader: RecordReader = async (data, reading, columns, problems, onRecord) => {
  const several = columns.at(-1)!.mayBeList;
  for await (const { line, text: contents } of readFastTextLines(data.file, readUtf8(data, reading))) {
    const { labels, text } = parseFastText(contents);
    const problem = labelTrouble(labels, several);
    if (problem) problems.add({ line, ...problem });
    else {
      const label: FieldValue = several ? labels : labels[0]!;
      const waiting = onRecord(line, [text, label]);
      if (waiting) await waiting;
    }
  }
};

/** The lines that are no blank ones, without what ends them. */
export async function* readFastTextLines(file: string, chunks: AsyncIterable<Buffer>) {
  for await (const { line, text } of readLines(
    file,
    chunks,
    'Each line is one text, with its labels first.',
  )) {
    if (text.trim() !== '') yield { line, text: text.endsWith('\r') ? text.slice(0, -1) : text };
  }
}

function labelTrouble(
  labels: readonly string[],
  several: boolean | undefined,
): { message: string; hint: string } | undefined {
  if (labels.includes('')) {
    return {
      message: `nothing follows ${labelPrefix}`,
      hint: `A label follows without a space: ${labelPrefix}good`,
    };
  }
  if (several || labels.length === 1) return undefined;
  if (labels.length === 0) {
    return {
      message: `this line does not start with ${labelPrefix}`,
      hint: `Each line is a label and a text: ${labelPrefix}good What a film!`,
    };
  }
  return {
    message: `this line has ${labels.length} labels: ${labels.map(quoteName).join(', ')}`,
    hint: 'Set data.task to "multi-label", or leave one of them.',
  };
}
