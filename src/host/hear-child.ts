import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Hearing {
  readonly onOutput: (line: string) => void;
  readonly onError: (line: string) => void;
  readonly signal: AbortSignal;
  /** Ends the program; called at the signal. */
  readonly stop: () => void;
}

/**
 * Hears each line that a program prints, until it ends.
 *
 * @returns its exit code; null where it was ended
 */
export async function hearChild(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { onOutput, onError, signal, stop }: Hearing,
): Promise<number | null> {
  createInterface({ input: child.stdout }).on('line', onOutput);
  createInterface({ input: child.stderr }).on('line', onError);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
