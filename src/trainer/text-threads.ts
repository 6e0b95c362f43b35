import { Worker } from 'node:worker_threads';
import { StoredRow } from '../data/row-store';
import type { Example } from '../data/rows';
import { HumanError } from '../protocol/human-error';
import { Units } from '../text/units';
import type { CountedUnits, DoneBlock, TextNumberer } from './number-texts';
import type { FromTextThread, ToTextThread } from './text-thread-protocol';
import type { TextTask } from './text-work';

/** A thread that turns texts into numbers. It answers in the order in which it is asked. */
class TextThread {
  private readonly worker: Worker;
  private readonly waiting: { resolve(reply: FromTextThread): void; reject(error: unknown): void }[] = [];
  private dead: unknown;

  constructor(file: URL) {
    this.worker = new Worker(file);
    this.worker.on('message', (reply: FromTextThread) => {
      const asked = this.waiting.shift()!;
      if (reply.type === 'failed') asked.reject(errorOf(reply.error));
      else asked.resolve(reply);
    });
    this.worker.on('error', (error) => this.die(error));
    this.worker.on('exit', (code) => this.die(new Error(`a thread that numbers texts ended (${code})`)));
  }

  ask<Type extends FromTextThread['type']>(
    message: ToTextThread,
  ): Promise<Extract<FromTextThread, { type: Type }>> {
    return new Promise((resolve, reject) => {
      if (this.dead) return reject(this.dead);
      this.waiting.push({ resolve: resolve as (reply: FromTextThread) => void, reject });
      this.worker.postMessage(message);
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private die(error: unknown): void {
    this.dead ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.dead);
  }
}

function errorOf({ message, isHuman, hint }: Extract<FromTextThread, { type: 'failed' }>['error']): Error {
  return isHuman ? new HumanError(message, hint === undefined ? {} : { hint }) : new Error(message);
}

/** Each thread has so many blocks to do: one at hand and one that it begins with at once. */
const ahead = 2;

/** Threads that turn texts of a row store into numbers. */
export class TextThreads implements TextNumberer {
  private readonly threads: TextThread[];

  /**
   * @param file the bundle of text-thread-main.ts
   * @param blockTexts with so many texts a block is full in any case
   */
  constructor(
    count: number,
    file: URL,
    private readonly blockTexts = mostTexts,
  ) {
    this.threads = Array.from({ length: count }, () => new TextThread(file));
  }

  async begin(task: TextTask): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.ask<'begun'>({ type: 'begin', task })));
  }

  async *blocks(examples: readonly Example[], signal: AbortSignal): AsyncGenerator<DoneBlock> {
    const rest = blocksOf(examples, this.blockTexts);
    const load = this.threads.map(() => 0);
    const asked: Promise<DoneBlock>[] = [];
    const askNext = () => {
      while (Math.min(...load) < ahead && asked.length < 2 * ahead * load.length) {
        const next = rest.next();
        if (next.done) return;
        const by = load.indexOf(Math.min(...load));
        load[by]!++;
        const done = this.threads[by]!.ask<'block'>(next.value).then(({ block }) => {
          load[by]!--;
          return { ...block, by };
        });
        // It is waited for in its turn; another may fail first.
        done.catch(() => {});
        asked.push(done);
      }
    };
    for (askNext(); asked.length > 0; askNext()) {
      const block = await asked.shift()!;
      signal.throwIfAborted();
      yield block;
    }
  }

  async counted(): Promise<CountedUnits> {
    const ofThreads = await Promise.all(this.threads.map((thread) => thread.ask<'units'>({ type: 'units' })));
    const all = new Units();
    const numbers = ofThreads.map(({ units }) => all.merge(units));
    return { units: all, numbers };
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}

/** A block is full with so many texts, or so many bytes of them. */
const mostTexts = 4096;
const blockBytes = 1 << 19;

/** Texts of one store, one after the other. */
function* blocksOf(
  examples: readonly Example[],
  blockTexts: number,
): Generator<ToTextThread & { type: 'block' }> {
  let rows: number[] = [];
  let bytes = 0;
  for (const [i, row] of examples.entries()) {
    if (!(row instanceof StoredRow)) throw new Error('only stored rows can be read in other threads');
    const { store, index } = row;
    rows.push(index);
    bytes += store.texts.sizeOf(index);
    const next = examples[i + 1];
    const isSame = next instanceof StoredRow && next.store === store;
    if (isSame && rows.length < blockTexts && bytes < blockBytes) continue;
    yield { type: 'block', texts: store.texts.packed, rows: Uint32Array.from(rows) };
    rows = [];
    bytes = 0;
  }
}
