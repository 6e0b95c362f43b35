/** Where a field stands in a text, and what it says. */
export interface CsvField {
  start: number;
  end: number;
  value: string;
  isQuoted: boolean;
}

/**
 * The fields of the record that starts at an offset, by the rules that `readDelimited` reads by; csv-parse, which reads,
 * does not tell their places. Undefined where a quote is not closed as it should.
 */
export function fieldsAt(
  source: string,
  offset: number,
  delimiter: string,
): { fields: CsvField[]; end: number } | undefined {
  const fields: CsvField[] = [];
  for (let start = offset; ; ) {
    const field = source[start] === '"' ? quotedAt(source, start) : plainAt(source, start, delimiter);
    if (!field) return undefined;
    fields.push(field);
    if (source[field.end] !== delimiter) {
      const isOver = field.end >= source.length || isBreak(source[field.end]!);
      return isOver ? { fields, end: field.end } : undefined;
    }
    start = field.end + 1;
  }
}

function quotedAt(source: string, start: number): CsvField | undefined {
  let close = source.indexOf('"', start + 1);
  while (close >= 0 && source[close + 1] === '"') close = source.indexOf('"', close + 2);
  if (close < 0) return undefined;
  const value = source.slice(start + 1, close).replaceAll('""', '"');
  return { start, end: close + 1, value, isQuoted: true };
}

function plainAt(source: string, start: number, delimiter: string): CsvField {
  let end = start;
  while (end < source.length && source[end] !== delimiter && !isBreak(source[end]!)) end++;
  return { start, end, value: source.slice(start, end), isQuoted: false };
}

function isBreak(character: string): boolean {
  return character === '\n' || character === '\r';
}

/** A field with another value: in quotes where it was or where it has to be. */
export function writeField(
  { isQuoted }: Pick<CsvField, 'isQuoted'>,
  value: string,
  delimiter: string,
): string {
  const mustBe = /[\r\n]/.test(value) || value.includes(delimiter) || value.startsWith('"');
  return isQuoted || mustBe ? `"${value.replaceAll('"', '""')}"` : value;
}
