/** A stretch of a document's text, as UTF-16 offsets; its end is exclusive. */
export interface Stretch {
  start: number;
  end: number;
}

/** A change of a document, in offsets of the text before it. */
export interface TextChange {
  rangeOffset: number;
  rangeLength: number;
  text: string;
}

/**
 * Where a stretch lies after changes that are made one after the other; undefined where its text is no longer
 * the same. What is written right before or after it on the same line makes another text of it too.
 */
export function stretchAfter(stretch: Stretch, changes: readonly TextChange[]): Stretch | undefined {
  let { start, end } = stretch;
  for (const { rangeOffset, rangeLength, text } of changes) {
    const changeEnd = rangeOffset + rangeLength;
    if (rangeOffset > end || (rangeOffset === end && leavesEnd(text))) continue;
    if (changeEnd > start || (changeEnd === start && !leavesStart(text))) return undefined;
    const shift = text.length - rangeLength;
    start += shift;
    end += shift;
  }
  return { start, end };
}

function leavesEnd(inserted: string): boolean {
  return inserted === '' || /^[\r\n]/.test(inserted);
}

function leavesStart(inserted: string): boolean {
  return inserted === '' || /[\r\n]$/.test(inserted);
}

/** Without the blanks around its text; undefined where there is nothing else. */
export function trimmed({ start, end }: Stretch, text: string): Stretch | undefined {
  const before = text.length - text.trimStart().length;
  if (before === text.length) return undefined;
  return { start: start + before, end: end - (text.length - text.trimEnd().length) };
}
