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
  /** Texts in a block that a thread is given at a time. */
  readonly blockTexts?: number;
}

/** Numbers texts task after task. */
export interface OpenNumberer extends TextNumberer {
  /** @param here does the same work in this thread */
  begin(task: TextTask, here?: TextWork): Promise<void>;
  end(): Promise<void>;
}

const leastBytes = 1 << 24;

/** The thread's code beside the bundled trainer; sources that run as they are have none. */
function bundledThread(): URL | undefined {
  const file = new URL('./text-thread.js', import.meta.url);
  return existsSync(file) ? file : undefined;
}

/** What numbers the texts of these parts soonest. */
export function openNumberer(
  parts: readonly (readonly Example[])[],
  { threads, threadFile = bundledThread(), leastBytes: least = leastBytes, blockTexts }: NumbererSettings,
): OpenNumberer {
  const isWorthIt = threads > 1 && parts.reduce((sum, part) => sum + sizeOf(part), 0) >= least;
  const areStored = parts.every((part) => part.every((row) => row instanceof StoredRow));
  return threadFile && isWorthIt && areStored
    ? new TextThreads(threads, threadFile, blockTexts)
    : inThisThread();
}

/** Bytes of texts, of rows that other threads can read. */
function sizeOf(examples: readonly Example[]): number {
  let bytes = 0;
  for (const row of examples) if (row instanceof StoredRow) bytes += row.store.texts.sizeOf(row.index);
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
