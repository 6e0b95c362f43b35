/** A process that looks for one device and says what it found: a driver that crashes or hangs is its end alone. */
import './environment';
import type { ProbeTask } from './probe-protocol';
import { probe } from './probe-work';

process.once('message', async (task: ProbeTask) => {
  const reply = await probe(task);
  // Not left to end by itself: drivers have threads that stay, and crash when they are cleaned up.
  process.send?.(reply, undefined, undefined, () => process.kill(process.pid, 'SIGKILL'));
});
// Who asked is gone.
process.once('disconnect', () => process.exit());
