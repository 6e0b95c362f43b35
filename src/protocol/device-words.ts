import { countOf } from './count';
import type { DeviceName } from './devices';

/** What computed a run, and with how many threads where that is what counts: `onnxruntime 1.30.0, cpu, 4 threads`. */
export function deviceText(words: string, threads: number, name: DeviceName | undefined): string {
  return name === undefined || name === 'cpu' ? `${words}, ${countOf(threads, 'thread')}` : words;
}

/** Operations that a device leaves to the processor: `Scan (2), TopK (1) on the processor`. */
export function fallbacksText(fallbacks: Readonly<Record<string, number>>): string {
  const operations = Object.entries(fallbacks).map(([name, count]) => `${name} (${count})`);
  return operations.length === 0 ? '' : `${operations.join(', ')} on the processor`;
}

/** Why a device was chosen, and what it leaves to the processor: sentences for a tooltip. */
export function deviceNotes(
  reason: string | undefined,
  fallbacks: Readonly<Record<string, number>> = {},
): string[] {
  return [reason ?? '', fallbacksText(fallbacks)].filter(Boolean);
}
