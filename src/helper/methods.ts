import { onDataThread } from './data-thread';
import { predict } from './predict';
import type { Methods } from './serve';

/** Reading large data files keeps a thread busy: predictions must not wait for that. */
export const methods: Methods = {
  predict,
  predictFile: async (params, context) => (await import('./predict-file')).predictFile(params, context),
  check: (params, context) => onDataThread('check', params, context),
  inspect: (params, context) => onDataThread('inspect', params, context),
  report: (params, context) => onDataThread('report', params, context),
  rowsOf: (params, context) => onDataThread('rowsOf', params, context),
};
