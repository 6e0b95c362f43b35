import { withInterrupt } from '../../../src/cli/interrupt';

/** Work that takes no notice of being asked to stop, and says when half a second has passed since. */
await withInterrupt(
  () => process.stdout.write('asked to stop\n'),
  (signal) => {
    signal.addEventListener('abort', () => setTimeout(() => process.stdout.write('later\n'), 500));
    setInterval(() => {}, 1000);
    process.stdout.write('ready\n');
    return new Promise(() => {});
  },
);
