import { setTimeout as delay } from 'node:timers/promises';
import type { HumanError } from '../protocol/human-error';
import { Interrupted } from './line';
import { isHopeless, isUnreachable } from './network-error';

export interface RetryOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds before the first retry; each further one waits twice as long. */
  firstWait: number;
  /** So many failures in a row, none of which brought a byte, are borne; one more is too many. */
  mostFailures?: number;
  /** What there is so far; an attempt that added to it was not in vain. */
  gain?: () => Promise<number>;
  /** What to say where it is no use to ask once more. */
  giveUp(error: Interrupted): HumanError;
}

/** Fewer where there is no way to the server at all. */
const mostUnreachable = 2;
/** Milliseconds: a server that asks for more is not waited for. */
const longestWait = 120_000;

/** Tries until it goes well. Only what is `Interrupted` is tried again. */
export async function retry<T>(
  attempt: () => Promise<T>,
  { signal, firstWait, mostFailures = 5, gain = async () => 0, giveUp }: RetryOptions,
): Promise<T> {
  let most = await gain();
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      const gained = await gain();
      failures = gained > most ? 1 : failures + 1;
      most = Math.max(most, gained);
      const isLast = failures > Math.min(mostFailures, isUnreachable(error) ? mostUnreachable : mostFailures);
      const wait = Math.max(error.wait ?? 0, firstWait * 2 ** (failures - 1));
      if (isLast || isHopeless(error) || wait > longestWait) throw giveUp(error);
      await delay(wait, undefined, { signal });
    }
  }
}
