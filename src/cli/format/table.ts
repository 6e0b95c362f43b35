import { displayWidth, padEnd, padStart } from './width';

export type Align = 'left' | 'right';

/** Rows of cells as aligned lines, two spaces between columns; columns without an `align` are right-aligned. */
export function table(rows: readonly (readonly string[])[], align: readonly Align[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (align[column] === 'left' ? padEnd : padStart)(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? line : `  ${line}`));
}
