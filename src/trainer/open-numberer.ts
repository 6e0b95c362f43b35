import { existsSync } from 'node:fs';
import { StoredRow } from '../data/row-store';
import type { Example } from '../data/rows';
import { numbererHere, type TextNumberer } from './number-texts';
import { TextThreads } from './text-threads';
import { beginWork, type TextTask, type TextWork } from './text-work';

export interface NumbererSettings {
  /** How many threads may work at the same time. */
  readonly threads: number;
  /** The bundle of text-thread-main.ts; without it all is done in this thread. */
  readonly threadFile?: URL | undefined;
  /** Fewer bytes of texts are sooner numbered in this thread than others have started. */
  readonly leastBytes?: number;
}

/** Numbers texts task after task. */
export interface OpenNumberer extends TextNumberer {
  /** @param here does the same work in this thread */
  begin(task: TextTask, here?: TextWork): Promise<void>;
  end(): Promise<void>;
}

const leastBytes = 1 << 22;

/** The thread's code beside the bundled trainer; sources that run as they are have none. */
function bundledThread(): URL | undefined {
  const file = new URL('./text-thread.js', import.meta.url);
  return existsSync(file) ? file : undefined;
}

/** What numbers these examples soonest. */
export function openNumberer(examples: readonly Example[], settings: NumbererSettings): OpenNumberer {
  const { threads, threadFile = bundledThread(), leastBytes: least = leastBytes } = settings;
  const isWorthIt = threads > 1 && sizeOf(examples) >= least;
  return threadFile && isWorthIt ? new TextThreads(threads, threadFile) : inThisThread();
}

/** Bytes of texts; 0 where other threads cannot read them. */
function sizeOf(examples: readonly Example[]): number {
  let bytes = 0;
  for (const row of examples) {
    if (!(row instanceof StoredRow)) return 0;
    bytes += row.store.texts.sizeOf(row.index);
  }
  return bytes;
}

function inThisThread(): OpenNumberer {
  let numberer: TextNumberer | undefined;
  return {
    async begin(task, here) {
      numberer = numbererHere(here ?? beginWork(task));
    },
    blocks: (examples, signal) => numberer!.blocks(examples, signal),
    counted: () => numberer!.counted(),
    end: async () => {},
  };
}
