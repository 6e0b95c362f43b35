import { sep } from 'node:path';

/** What no path without a pattern has to have in it; a pattern has one of them. */
const special = /[*?[\]{}()!]/;

/**
 * The folder that a pattern starts at, and what is left of it there; undefined for a path without a pattern.
 *
 * @param path absolute
 */
export function globStart(path: string): { folder: string; pattern: string } | undefined {
  const parts = path.split(sep);
  const first = parts.findIndex((part) => special.test(part));
  if (first < 0) return undefined;
  return { folder: parts.slice(0, first).join(sep) || sep, pattern: parts.slice(first).join('/') };
}
