import { describe, expect, it } from 'vitest';
import { escapeMarkdown } from '../../src/host/markdown';
import { ageText, withoutIcons } from '../../src/host/plain-text';

describe('escapeMarkdown', () => {
  it.each([
    ['plain words stay', 'plain words stay'],
    ['[click](command:evil)', '\\[click\\]\\(command\\:evil\\)'],
    ['<img src=x onerror=alert(1)>', '\\<img src\\=x onerror\\=alert\\(1\\)\\>'],
    ['$(trash) **bold** `code`', '\\$\\(trash\\) \\*\\*bold\\*\\* \\`code\\`'],
    ['# title\n\n- list', '\\# title \\- list'],
    ['back\\slash', 'back\\\\slash'],
    ['https://example.com', 'https\\:\\/\\/example\\.com'],
    ['gut\u202egnal', 'gutgnal'],
    ['日本語 😀 naïve', '日本語 😀 naïve'],
  ])('%j becomes %j', (text, markdown) => {
    expect(escapeMarkdown(text)).toBe(markdown);
    // CommonMark: a backslash before ASCII punctuation stands for that character.
    expect(markdown.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')).toBe(
      text.replaceAll(/\s+/g, ' ').replaceAll('\u202e', ''),
    );
  });
});

describe('withoutIcons', () => {
  it('leaves nothing that VS Code would draw as an icon', () => {
    expect(withoutIcons('$(trash) and $(sync~spin)')).not.toMatch(/\$\(/);
    expect(withoutIcons('$(trash)').replaceAll('\u200b', '')).toBe('$(trash)');
  });
});

describe('ageText', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  it.each([
    ['2026-11-22T11:59:30Z', 'just now'],
    ['2026-11-22T12:00:30Z', 'just now'],
    ['2026-11-22T11:55:00Z', '5 min ago'],
    ['2026-11-22T09:01:00Z', '2 h ago'],
    ['2026-11-19T11:00:00Z', '3 d ago'],
  ])('%s is %s', (time, text) => expect(ageText(time, now)).toBe(text));
});
