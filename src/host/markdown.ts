/** Controls, and the marks that turn the direction of writing: they could make a text look like another one. */
const harmful = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text from anywhere as Markdown that shows it as it is, on one line. Unlike MarkdownString.appendText it leaves
 * spaces breakable, so that a long text wraps.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(harmful, '')
    .replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');
}
