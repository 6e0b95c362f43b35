import { relative, sep } from 'node:path';
import type { Experiment } from '../../experiment/schema';
import { count, countOf } from '../../protocol/count';
import type {
  ClassWords,
  DataFinding,
  DataInspectionReport,
  DataReport,
  FindingRow,
  LengthReport,
} from '../../protocol/inspection';
import { harmless } from '../format/harmless';
import { percent } from '../format/numbers';
import { indent, table } from '../format/table';
import { displayWidth, padEnd, padStart, truncate } from '../format/width';
import { heading, type Style } from './style';

const longestLabel = 30;
/** With more classes than this, only the largest ones are listed. */
const listedClasses = 12;
const barWidth = 24;
/** Lines of the histogram. */
const mostBins = 14;

/**
 * A report of data for a terminal.
 *
 * @param listed how many rows of each finding, or groups of copies
 */
export function inspectionLines(
  { report, rows }: DataInspectionReport,
  { model }: Experiment,
  listed: number,
  style: Style,
): string[] {
  const isGuess = model.type === 'pretrained' && report.lengths.unit === 'words';
  return [
    heading(style, 'Rows'),
    ...indent(classLines(report, style)),
    '',
    heading(style, `Length of the training texts in ${report.lengths.unit}`),
    ...indent([
      ...(isGuess ? ['The encoder is not on this machine: words are counted, not its tokens.'] : []),
      ...lengthLines(report.lengths, style),
    ]),
    '',
    heading(style, 'Most telling words'),
    ...indent(wordLines(report, style)),
    '',
    heading(style, report.findings.length === 0 ? 'Nothing is wrong' : 'Findings'),
    ...report.findings.flatMap((finding, i) => findingLines(finding, rows[i]!, listed, style)),
  ];
}

function classLines({ parts, labels }: DataReport, { colors }: Style): string[] {
  const train = parts[0]!.counts;
  const largest = Math.max(1, ...train);
  const order = labels.map((_, i) => i);
  const bySize = [...order].sort((a, b) => train[b]! - train[a]!);
  const shown = labels.length > listedClasses ? bySize.slice(0, listedClasses) : order;
  const lines = table(
    [
      ['', ...parts.map(({ part }) => part)],
      ...shown.map((i) => [
        truncate(harmless(labels[i]!), longestLabel),
        ...parts.map(({ counts }) => count(counts[i]!)),
      ]),
      [countOf(labels.length, 'class', 'classes'), ...parts.map((part) => count(part.rows))],
    ],
    ['left'],
  );
  const withBars = lines
    .slice(1, -1)
    .map((line, i) => `${line}  ${colors.cyan(bar(train[shown[i]!]! / largest))}`.trimEnd());
  const left = labels.length - shown.length;
  const more = left > 0 ? [colors.dim(`… and ${countOf(left, 'smaller class', 'smaller classes')}`)] : [];
  return [colors.dim(lines[0]!), ...withBars, ...more, lines.at(-1)!];
}

/** A bar of eighths of a character. */
function bar(share: number): string {
  const eighths = Math.round(share * barWidth * 8);
  const rest = eighths % 8;
  const end = rest === 0 ? '' : String.fromCodePoint(0x2590 - rest);
  // Something is more than nothing.
  return share > 0 && eighths === 0 ? '▏' : '█'.repeat(Math.floor(eighths / 8)) + end;
}

function lengthLines(lengths: LengthReport, { colors }: Style): string[] {
  const { median, p95, longest, maxLength, cutRows, cutShare } = lengths;
  const bins = merged(lengths.bins);
  const largest = Math.max(1, ...bins.map(({ rows }) => rows));
  const name = ({ from, to }: Bin) => (to - from === 1 ? count(from) : `${count(from)}–${count(to - 1)}`);
  const width = Math.max(0, ...bins.map((bin) => displayWidth(name(bin))));
  const digits = Math.max(0, ...bins.map(({ rows }) => count(rows).length));
  const cut =
    maxLength === null
      ? 'all is read'
      : cutRows === 0
        ? `none is longer than ${count(maxLength)}, so all is read`
        : `after ${count(maxLength)} they are cut: ${countOf(cutRows, 'text')}, ${percent(cutShare)} of all ${lengths.unit}`;
  return [
    ...bins.map((bin) => {
      const line = `${padStart(name(bin), width)}  ${padStart(count(bin.rows), digits)}`;
      const isCut = maxLength !== null && cutRows > 0 && bin.from <= maxLength && maxLength < bin.to;
      const mark = isCut ? colors.yellow(` ✂ ${count(maxLength)}`) : '';
      return `${line}  ${colors.cyan(bar(bin.rows / largest))}${mark}`.trimEnd();
    }),
    `median ${count(median)}, 95% up to ${count(p95)}, longest ${count(longest)}; ${cut}`,
  ];
}

type Bin = LengthReport['bins'][number];

function merged(bins: readonly Bin[]): Bin[] {
  const step = Math.ceil(bins.length / mostBins);
  const groups = Array.from({ length: Math.ceil(bins.length / Math.max(1, step)) }, (_, i) =>
    bins.slice(i * step, (i + 1) * step),
  );
  return groups.map((group) => ({
    from: group[0]!.from,
    to: group.at(-1)!.to,
    rows: group.reduce((sum, { rows }) => sum + rows, 0),
  }));
}

function wordLines({ words }: DataReport, { width, colors }: Style): string[] {
  const listed = words.slice(0, listedClasses);
  const left = words.length - listed.length;
  const labels = listed.map(({ label }) => truncate(harmless(label), longestLabel));
  const widest = Math.max(0, ...labels.map(displayWidth));
  return [
    ...listed.map((entry, i) => {
      const room = Math.max(20, width - widest - 4);
      return `${padEnd(labels[i]!, widest)}  ${truncate(wordList(entry), room)}`.trimEnd();
    }),
    ...(left > 0
      ? [colors.dim(`… and ${countOf(left, 'more class', 'more classes')}: --json has them`)]
      : []),
  ];
}

function wordList({ words }: ClassWords): string {
  return words.length === 0 ? '–' : words.map(({ word }) => harmless(word)).join(', ');
}

const severityColors = { error: 'red', warning: 'yellow', info: 'blue' } as const;

function findingLines(
  { kind, severity, title, hint }: DataFinding,
  rows: readonly FindingRow[],
  listed: number,
  style: Style,
): string[] {
  const { colors } = style;
  const groups = grouped(rows);
  const shown = groups.slice(0, listed);
  const sign = kind.startsWith('near') ? '≈' : '=';
  return [
    `  ${colors[severityColors[severity]](`${severity}:`)} ${harmless(title)}`,
    `    ${colors.dim(harmless(hint))}`,
    ...shown.flatMap((group) =>
      group.map((row, i) => `    ${i === 0 ? '' : `${sign} `}${rowLine(row, i === 0, style)}`),
    ),
    ...(shown.length > 0 && groups.length > shown.length ? [colors.dim('    …')] : []),
  ];
}

/** A finding's rows, copies of each other together. */
export function grouped(rows: readonly FindingRow[]): FindingRow[][] {
  const groups: FindingRow[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (row.group !== undefined && last?.[0]?.group === row.group) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** A terminal makes a link of a place. */
function rowLine({ file, line, label, text, note }: FindingRow, withText: boolean, style: Style): string {
  const { width, colors } = style;
  const place = `${harmless(shownPath(file))}:${line}`;
  const parts = [label, note]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => harmless(part!));
  const start = [place, ...parts].join('  ');
  if (!withText || text === '') return start;
  const room = Math.max(20, width - displayWidth(start) - 8);
  return `${start}  ${colors.dim(truncate(harmless(text.replace(/\s+/g, ' ')), room))}`;
}

/** From the current folder, where the file is in it. */
function shownPath(file: string): string {
  const path = relative('', file);
  return path.startsWith(`..${sep}`) || path === '' ? file : path;
}
