import { predict } from './predict';
import type { Methods } from './serve';

/** A prediction must not wait for code that it does not need: the rest is loaded when it is asked for. */
export const methods: Methods = {
  predict,
  predictFile: async (params, context) => (await import('./predict-file')).predictFile(params, context),
  check: async (params, context) => (await import('./check')).check(params, context),
  inspect: async ({ file }) => (await import('../data/inspect')).inspect(file),
};
