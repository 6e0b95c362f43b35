/** What no file should have in the middle of a line: controls, line separators, marks that turn the direction of writing. */
const harmful = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** What means something to Markdown inside of a line or a table; a colon or "www." makes an address a link. */
const meaningful = /[\\`*_{}[\]<>#!|~$&@:]|(?<=www)\./gi;

/** Any text in one line of Markdown, shown as it is. */
export function markdown(text: string): string {
  return text.replace(harmful, ' ').replace(meaningful, '\\$&');
}

/** JSON in which whatever does not print is escaped; YAML, of which JSON is a part, demands it. */
export function yaml(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** The same over several lines. */
export function jsonLines(value: unknown): string[] {
  return JSON.stringify(value, null, 2).split('\n').map(escaped);
}

function escaped(json: string): string {
  return json.replace(harmful, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A table of Markdown whose cells are Markdown; numbers stand at the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)];
}

/** A share between 0 and 1 as `93.5 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Lines in a block that shows them as they are. None of them may begin with three backticks. */
export function code(language: string, lines: readonly string[]): string[] {
  return [`\`\`\`${language}`, ...lines, '```'];
}

/**
 * A card with a section of its own, in place of the one with this heading, or at the end. No other text of a card begins
 * a line with `## `.
 */
export function withSection(card: string, heading: string, lines: readonly string[]): string {
  const sections = card.trimEnd().split(/\n+(?=## )/);
  const section = [heading, '', ...lines].join('\n');
  const at = sections.findIndex((text) => text.startsWith(`${heading}\n`));
  if (at < 0) sections.push(section);
  else sections[at] = section;
  return `${sections.join('\n\n')}\n`;
}

/** A path without its folders, which are nobody else's business. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1)!;
}
