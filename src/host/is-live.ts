import type { Run } from '../runs/list';

/** Whether a run goes on. */
export function isLive({ status }: Pick<Run, 'status'>): boolean {
  return status === 'starting' || status === 'running';
}
