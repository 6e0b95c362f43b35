/** What stands before each label, as fastText has it by default. */
export const labelPrefix = '__label__';

/** A label and the spaces around it. */
const labelAt = new RegExp(`\\s*${labelPrefix}(\\S*)\\s*`, 'y');

export interface FastTextLine {
  labels: string[];
  text: string;
}

/**
 * A line as fastText reads it, but for one thing: labels are at its start only, so that no text that speaks of
 * `__label__` is taken apart.
 */
export function parseFastText(line: string): FastTextLine {
  const labels: string[] = [];
  labelAt.lastIndex = 0;
  let start = 0;
  for (let found = labelAt.exec(line); found; found = labelAt.exec(line)) {
    labels.push(found[1]!);
    start = labelAt.lastIndex;
  }
  return { labels, text: line.slice(start) };
}
