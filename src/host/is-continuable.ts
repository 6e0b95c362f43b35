import type { Run } from '../runs/list';

/** Whether a run was ended by its device, so that the processor can go on with it. Those of a group are one process. */
export function isContinuable({ status, record }: Pick<Run, 'status' | 'record'>): boolean {
  return status === 'failed' && record.failure === 'device' && !record.group && !record.parent;
}
