import { getNodeValue, type Node, parseTree, visit } from 'jsonc-parser';
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
  const end = endOfObject(source.slice(offset, offset + longestRecordBytes));
  if (end === undefined) return undefined;
  const text = source.slice(offset, offset + end);
  const root = parseTree(text)!;
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

/** No record is nested as deep: what goes on so is not looked at any further. */
const deepest = 100;

const over = new Error('there is no more to see');

/**
 * Where the object ends that a text starts with; undefined where there is none. Nothing is read beyond its end or the
 * first mistake: braces are in texts too, and the rest of a large file is not to be read for each of them.
 */
function endOfObject(text: string): number | undefined {
  let end: number | undefined;
  let depth = 0;
  const fail = () => {
    throw over;
  };
  const begin = () => {
    if (++depth > deepest) fail();
  };
  const finish = (offset: number, length: number) => {
    if (--depth > 0) return;
    end = offset + length;
    fail();
  };
  const seen = {
    onObjectBegin: begin,
    onArrayBegin: begin,
    onObjectEnd: finish,
    onArrayEnd: finish,
    onError: fail,
  };
  try {
    visit(text, seen, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (error !== over) throw error;
  }
  return text[end === undefined ? -1 : end - 1] === '}' ? end : undefined;
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
