import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { fieldText } from './field-values';
import { longestRecordBytes } from './record-reader';

/** An object in a text, with the places of its fields. */
export interface JsonObject {
  value: Record<string, unknown>;
  /** The value of a field; of several by one name the last one, as JSON.parse has it. */
  valueOf(name: string): JsonValue | undefined;
  /** In the text. */
  end: number;
}

/** A value in a text. */
export interface JsonValue {
  start: number;
  end: number;
  node: Node;
  /** As it is written. */
  raw(node: Node): string;
}

/** The object that starts at an offset, whatever follows it; undefined where there is none. */
export function objectAt(source: string, offset: number): JsonObject | undefined {
  const text = source.slice(offset, offset + longestRecordBytes);
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // It calls itself for each bracket that is open.
    return undefined;
  }
  if (root?.type !== 'object') return undefined;
  const end = root.offset + root.length;
  if (errors.some(({ error }) => printParseErrorCode(error) !== 'EndOfFileExpected')) return undefined;
  return {
    value: getNodeValue(root) as Record<string, unknown>,
    end: offset + end,
    valueOf: (name) => {
      const found = root.children!.findLast(({ children }) => children?.[0]?.value === name)?.children?.[1];
      if (!found) return undefined;
      const start = offset + found.offset;
      return {
        ...{ start, end: start + found.length, node: found },
        raw: (node) => text.slice(node.offset, node.offset + node.length),
      };
    },
  };
}

/** A text in the place of a value: a number or truth value where it was one and can be one still. */
export function writeText(text: string, before: readonly Node[]): string {
  const wasAll = (type: Node['type']) => before.length > 0 && before.every((node) => node.type === type);
  const isNumber = wasAll('number') && text === String(Number(text)) && Number.isFinite(Number(text));
  const isBoolean = wasAll('boolean') && (text === 'true' || text === 'false');
  return isNumber || isBoolean ? text : JSON.stringify(text);
}

/** A list with other texts, laid out as it was: those that stay keep how they are written. */
export function writeList(texts: readonly string[], { node, raw }: JsonValue): string {
  const elements = node.children ?? [];
  const written = texts.map((text) => {
    const kept = elements.find((element) => fieldText(getNodeValue(element))?.trim() === text);
    return kept ? raw(kept) : writeText(text, elements);
  });
  if (written.length === 0) return '[]';
  const whole = raw(node);
  const [first, second] = elements;
  const last = elements.at(-1);
  if (!first || !last) return `[${written.join(', ')}]`;
  const before = whole.slice(0, first.offset - node.offset);
  const between = second
    ? whole.slice(first.offset + first.length - node.offset, second.offset - node.offset)
    : ', ';
  const after = whole.slice(last.offset + last.length - node.offset);
  return `${before}${written.join(between)}${after}`;
}
