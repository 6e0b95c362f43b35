import type { DisplayStatus } from '../../runs/record';
import type { Colors } from './style';

export function statusColor(status: DisplayStatus | 'broken', colors: Colors): (text: string) => string {
  const byStatus: Record<DisplayStatus | 'broken', (text: string) => string> = {
    starting: colors.cyan,
    running: colors.cyan,
    succeeded: colors.green,
    stopped: colors.yellow,
    interrupted: colors.yellow,
    failed: colors.red,
    broken: colors.red,
  };
  return byStatus[status];
}
