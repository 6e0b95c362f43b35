import type { RunContext } from './run-context';

/** Milliseconds between two events. */
const interval = 250;

/** Tells how far a download is, a few times a second and at its end. */
export function downloadEvents(
  writer: RunContext['writer'],
  name: string,
): (done: number, total: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const now = performance.now();
    if (done < total && now - last < interval) return;
    last = now;
    writer.emit({ type: 'download', name, done, total });
  };
}
