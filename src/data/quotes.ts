/** A quoted field that doesn't end as it should. Positions count from 0, in the record's characters. */
export interface QuoteProblem {
  /** Where the field's opening quote is. */
  opened: number;
  /** The quote that closes nothing: no delimiter, line end or second quote follows it. Absent: none closes. */
  stray?: number;
}

/**
 * The first quoted field of a CSV record (RFC 4180) that isn't closed properly. Quotes inside fields that
 * don't start with one are ordinary characters, as for spreadsheets, pandas and Python's csv module.
 */
export function findQuoteProblem(record: string, delimiter: string): QuoteProblem | undefined {
  let start = 0;
  while (start < record.length) {
    if (record[start] !== '"') {
      const next = record.indexOf(delimiter, start);
      if (next < 0) return undefined;
      start = next + 1;
      continue;
    }
    let close = record.indexOf('"', start + 1);
    while (close >= 0 && record[close + 1] === '"') close = record.indexOf('"', close + 2);
    if (close < 0) return { opened: start };
    const after = record[close + 1];
    if (after !== undefined && after !== delimiter && after !== '\r' && after !== '\n') {
      return { opened: start, stray: close };
    }
    if (after !== delimiter) return undefined;
    start = close + 2;
  }
  return undefined;
}
