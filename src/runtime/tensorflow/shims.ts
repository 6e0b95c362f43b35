import util from 'node:util';

/**
 * What tfjs-node 4.22 calls of Node's `util`, and Node 23 took away: `isNullOrUndefined` in its backend and its TopK,
 * `isArray` in its backend (tensorflow/tfjs#8425, never released).
 */
const removed = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
};

/** Brings back what is missing, and leaves what is there. To be called before tfjs-node is loaded. */
export function bringBackUtil(): void {
  const functions = util as Partial<Record<keyof typeof removed, unknown>>;
  for (const [name, replacement] of Object.entries(removed))
    functions[name as keyof typeof removed] ??= replacement;
}
