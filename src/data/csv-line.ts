/** A row of a CSV file (RFC 4180) with its line break: fields are quoted where they must be. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\n`;
}

function csvField(value: string): string {
  // Spaces at the ends are kept by some readers only if they are quoted.
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
