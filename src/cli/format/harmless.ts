/** C0, DEL and C1 controls, line separators, and the marks that turn the direction of writing. */
const harmful = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

const pictures = 0x2400;

/**
 * Text from files, fit for a terminal: it can neither send escape sequences nor break or reorder a line.
 * Control characters show as their pictures (`␛`), a tab as a space.
 */
export function harmless(text: string): string {
  return text.replace(harmful, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\t') return ' ';
    if (code < 0x20) return String.fromCharCode(pictures + code);
    return code === 0x7f ? '␡' : '\ufffd';
  });
}

/** The same for messages of several lines. */
export function harmlessLines(text: string): string {
  return text.replaceAll('\r\n', '\n').split('\n').map(harmless).join('\n');
}

/** JSON on one line in which controls that JSON allows in strings are escaped too. */
export function harmlessJson(value: unknown, indent?: number): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replace(harmful, (character) =>
    // The line breaks between indented lines; inside strings JSON escapes them itself.
    character === '\n' ? character : escaped(character),
  );
}
