import type { DataColumn } from '../protocol/helper';

/** What data sets call the column of the text, the usual names first. */
const textNames = [
  ...[
    'text',
    'review',
    'review_text',
    'reviewtext',
    'sentence',
    'message',
    'content',
    'comment',
    'comment_text',
  ],
  ...[
    'tweet',
    'body',
    'document',
    'utterance',
    'query',
    'question',
    'description',
    'headline',
    'title',
    'subject',
  ],
];

/** The same for the class. */
const labelNames = [
  ...[
    'label',
    'labels',
    'class',
    'category',
    'sentiment',
    'target',
    'topic',
    'intent',
    'emotion',
    'label_text',
  ],
  ...['class_name', 'spam', 'polarity', 'rating', 'stars', 'score', 'language', 'genre', 'type', 'y'],
];

/** A class is a word or two. */
const longestLabel = 40;
const mostClasses = 50;

/** The column that most likely holds the text: by its name, or else the longest and most varied one. */
export function guessTextColumn(columns: readonly DataColumn[], rows: number): string | undefined {
  const fitting = columns.filter((column) => isNamed(column) && holdsWords(column));
  // One text again and again is none, except where there is a single row.
  const varied = fitting.filter(({ distinct }) => distinct > 1 || rows <= 1);
  return best(varied, textNames, ({ meanLength, distinct }) => (meanLength * distinct) / Math.max(rows, 1));
}

/** The column that most likely holds the class: by its name, or else the one of the fewest different values. */
export function guessLabelColumn(
  columns: readonly DataColumn[],
  rows: number,
  textColumn: string | undefined,
): string | undefined {
  const fitting = columns.filter(
    (column) =>
      isNamed(column) &&
      column.name !== textColumn &&
      column.meanLength > 0 &&
      column.meanLength <= longestLabel &&
      (column.labelSeparator !== undefined ||
        column.distinct <= Math.max(2, Math.min(mostClasses, rows / 2))),
  );
  const named = fitting.filter(({ name }) => rankOf(name, labelNames) < labelNames.length);
  // In a file sorted by class, the first rows have one class only: its name must tell.
  const varied = fitting.filter(({ distinct }) => distinct > 1);
  return best(named.length > 0 ? named : varied, labelNames, ({ distinct }) => -distinct);
}

/** What data sets put between the labels of a row. A comma is the likeliest where several fit. */
const separators = [',', '|', ';'];

/**
 * What stands between several labels in the values of a column: undefined where each value seems to be one label.
 * Labels come back in other combinations, or alone; the parts of "Washington, D.C." do not.
 *
 * @param values the different values of the column
 */
export function guessLabelSeparator(values: readonly string[]): string | undefined {
  return separators.find((separator) => {
    const rows = values.map((value) => value.split(separator).map((part) => part.trim()));
    const joined = rows.filter((parts) => parts.length > 1);
    if (joined.length === 0 || joined.some((parts) => parts.some((part) => !isLabel(part)))) return false;
    const uses = new Map<string, number>();
    for (const parts of rows) for (const part of parts) uses.set(part, (uses.get(part) ?? 0) + 1);
    const parts = joined.flat();
    return 2 * parts.filter((part) => uses.get(part)! > 1).length > parts.length;
  });
}

function isLabel(text: string): boolean {
  return text !== '' && text.length <= longestLabel;
}

/** The first of the known names, or without any the highest score; of equal ones the first. */
function best(
  columns: readonly DataColumn[],
  names: readonly string[],
  score: (column: DataColumn) => number,
): string | undefined {
  const ranked = columns.map((column) => ({
    name: column.name,
    rank: rankOf(column.name, names),
    score: score(column),
  }));
  return ranked.sort((a, b) => a.rank - b.rank || b.score - a.score)[0]?.name;
}

function rankOf(name: string, names: readonly string[]): number {
  const position = names.indexOf(name.toLowerCase());
  return position < 0 ? names.length : position;
}

/** An experiment cannot name a column whose name is blank. */
function isNamed({ name }: DataColumn): boolean {
  return name.trim() !== '';
}

function holdsWords({ values }: DataColumn): boolean {
  return values.filter((value) => /\p{Letter}/u.test(value)).length * 2 > values.length;
}
