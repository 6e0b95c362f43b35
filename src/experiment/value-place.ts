import { getLocation } from 'jsonc-parser';
import type { Path } from './problems';

/**
 * The stretch of a value that a person is writing: that of the option at `path`, if the offset is in it or where it
 * is to stand. While one types, the text is seldom whole.
 */
export function valuePlace(
  text: string,
  offset: number,
  path: Path,
): { offset: number; length: number } | undefined {
  const location = getLocation(text, offset);
  if (location.isAtPropertyKey || location.path.join('\n') !== path.join('\n')) return undefined;
  const { previousNode: node } = location;
  const isInside = node && node.offset <= offset && offset <= node.offset + node.length;
  return isInside ? { offset: node.offset, length: node.length } : { offset, length: 0 };
}
