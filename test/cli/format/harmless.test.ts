import { describe, expect, it } from 'vitest';
import { harmless, harmlessJson, harmlessLines } from '../../../src/cli/format/harmless';

describe('harmless', () => {
  it.each([
    ['plain äöü 日本 🎉', 'plain äöü 日本 🎉'],
    ['\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
    ['bell\u0007, null\u0000, delete\u007f', 'bell␇, null␀, delete␡'],
    ['a\tb', 'a b'],
    ['one\ntwo\r', 'one␊two␍'],
    ['8-bit \u009b2J', '8-bit \ufffd2J'],
    ['turned \u202egnp.exe', 'turned \ufffdgnp.exe'],
    ['half \ud83c a pair', 'half \ufffd a pair'],
    ['line\u2028separator', 'line\ufffdseparator'],
  ])('%j becomes %j', (text, expected) => expect(harmless(text)).toBe(expected));

  it('keeps line breaks where they are wanted', () => {
    expect(harmlessLines('a\r\nb\u001b\nc')).toBe('a\nb␛\nc');
  });

  it('leaves no control character of the first 0x2100 code points', () => {
    const all = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join('');
    expect(harmless(all)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(harmlessJson([all])).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(JSON.parse(harmlessJson([all]))).toEqual([all]);
  });

  it('keeps the line breaks of indented JSON', () => {
    expect(harmlessJson({ a: '\n\u009b' }, 2)).toBe('{\n  "a": "\\n\\u009b"\n}');
  });
});
