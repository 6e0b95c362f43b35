import { count, countOf } from '../../protocol/count';
import type { DataEvent, Split } from '../../protocol/events';
import { harmless } from '../format/harmless';
import { percent } from '../format/numbers';
import { indent, table } from '../format/table';
import { padEnd, truncate } from '../format/width';
import { heading, type Style } from './style';

const splits: readonly Split[] = ['train', 'validation', 'test'];
const longestLabel = 30;

/** With more classes than this, only the largest ones are listed. */
const listedClasses = 12;

/** Rows and classes of each split, the texts' lengths, the vocabulary. */
export function dataLines(event: DataEvent, style: Style): string[] {
  const { lengths, vocabulary } = event;
  const cut =
    lengths.cutTexts > 0
      ? `; ${countOf(lengths.cutTexts, 'text')} cut (${percent(lengths.cutTokenShare)} of all tokens)`
      : '';
  const vectors =
    vocabulary.vectorsFound === undefined
      ? ''
      : `; vectors found for ${count(vocabulary.vectorsFound)} (${percent(vocabulary.vectorsFound / Math.max(1, vocabulary.size))})`;
  const words =
    vocabulary.seen === undefined
      ? `${count(vocabulary.size)} word pieces, the encoder's own`
      : `${count(vocabulary.size)} of ${count(vocabulary.seen)} seen`;
  return [
    heading(style, 'Data'),
    ...indent(classTable(event, style)),
    '',
    ...indent([
      `${padEnd('Tokens a text', labelWidth)}median ${count(lengths.median)}, 95% up to ${count(lengths.p95)}, longest ${count(lengths.longest)}${cut}`,
      `${padEnd('Vocabulary', labelWidth)}${words}${vectors}`,
      `${padEnd('Unknown tokens', labelWidth)}${percent(vocabulary.unknownTokenShare)}`,
    ]),
  ];
}

const labelWidth = 16;

function classTable({ rows, classes }: DataEvent, { colors }: Style): string[] {
  const shown = splits.filter((split) => rows[split] > 0);
  const bySize = [...classes].sort((a, b) => b.train - a.train);
  const listed = classes.length > listedClasses ? bySize.slice(0, listedClasses) : classes;
  const lines = table(
    [
      ['Rows', ...shown],
      ...listed.map((entry) => [
        truncate(harmless(entry.label), longestLabel),
        ...shown.map((split) => count(entry[split])),
      ]),
      [countOf(classes.length, 'class', 'classes'), ...shown.map((split) => count(rows[split]))],
    ],
    ['left'],
  );
  const header = colors.dim(lines[0]!);
  const total = lines.at(-1)!;
  const left = classes.length - listed.length;
  const more = left > 0 ? [colors.dim(`… and ${countOf(left, 'smaller class', 'smaller classes')}`)] : [];
  return [header, ...lines.slice(1, -1), ...more, total];
}
