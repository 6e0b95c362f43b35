import { setImmediate } from 'node:timers/promises';
import type { Example } from '../data/rows';
import type { Room } from '../store/byte-writer';
import { Growing } from '../store/growing';
import { IntLists, ListWriter } from '../store/int-lists';
import type { Units } from '../text/units';
import { chooseVocabulary, unknownId, type Vocabulary, type VocabularyLimits } from '../text/vocabulary';
import { type NumberedBlock, noUnit, type TextWork } from './text-work';

/** A block of texts as numbers, and which of the threads it was that numbered it. */
export interface DoneBlock extends NumberedBlock {
  readonly by: number;
}

/** What all threads have counted together. */
export interface CountedUnits {
  readonly units: Units;
  /** For each thread the numbers of its units among all units. */
  readonly numbers: readonly Int32Array[];
}

/** Turns texts into numbers, in whatever thread. */
export interface TextNumberer {
  /** The texts in their order, block by block. */
  blocks(examples: readonly Example[], signal: AbortSignal): AsyncIterable<DoneBlock>;
  counted(): Promise<CountedUnits>;
}

/** After so many milliseconds, and the text at hand, the signal is heard. */
const AT_ONCE = 50;
const blockTexts = 4096;

/** Does the work in this thread. */
export function numbererHere(work: TextWork): TextNumberer {
  return {
    async *blocks(examples, signal) {
      let heard = Number.NEGATIVE_INFINITY;
      for (let start = 0; start < examples.length; start += blockTexts) {
        for (const { text } of examples.slice(start, start + blockTexts)) {
          if (performance.now() - heard > AT_ONCE) {
            await setImmediate();
            signal.throwIfAborted();
            heard = performance.now();
          }
          work.add(text);
        }
        yield { ...work.take(), by: 0 };
      }
    },
    async counted() {
      const units = work.units!();
      return { units, numbers: [Int32Array.from(units.counts.keys())] };
    },
  };
}

/** Where numbers go, and what ends the work. */
export interface NumberSettings {
  readonly room: Room;
  readonly signal: AbortSignal;
}

/** Texts as numbers. */
export interface NumberedTexts {
  readonly lists: IntLists;
  /** `[texts]`: how many tokens each one had before it was cut. */
  readonly lengths: Uint32Array;
}

/** @param onBlock is shown each block */
export async function numberTexts(
  examples: readonly Example[],
  numberer: TextNumberer,
  { room, signal }: NumberSettings,
  onBlock?: (block: DoneBlock) => void,
): Promise<NumberedTexts> {
  const writer = new ListWriter(room);
  const lengths = new Growing((length) => new Uint32Array(length));
  for await (const block of numberer.blocks(examples, signal)) {
    onBlock?.(block);
    writer.add(block.ids, block.sizes);
    lengths.append(block.lengths);
  }
  return { lists: new IntLists(writer.finish()), lengths: lengths.copy() };
}

/**
 * Numbers texts by the vocabulary that they make. What comes out depends neither on the threads nor on the blocks.
 *
 * @param numberer counts
 * @throws HumanError where there are more different tokens than can be counted
 */
export async function numberByOwnVocabulary(
  examples: readonly Example[],
  numberer: TextNumberer,
  settings: NumberSettings,
  limits: VocabularyLimits,
): Promise<NumberedTexts & { vocabulary: Vocabulary }> {
  const blocks: { by: number; texts: number }[] = [];
  const { lists, lengths } = await numberTexts(examples, numberer, settings, ({ by, sizes }) =>
    blocks.push({ by, texts: sizes.length }),
  );
  const { units, numbers } = await numberer.counted();
  const { vocabulary, ids } = chooseVocabulary(units, limits);
  const idsOfThreads = numbers.map((ofThread) => ofThread.map((unit) => ids[unit]!));
  const writer = new ListWriter(settings.room);
  let start = 0;
  for (const { by, texts } of blocks) {
    settings.signal.throwIfAborted();
    const idOf = idsOfThreads[by]!;
    const { numbers: counted, sizes } = lists.span(start, start + texts);
    writer.add(
      counted.map((unit) => (unit === noUnit ? unknownId : idOf[unit]!)),
      sizes,
    );
    start += texts;
  }
  const numbered = new IntLists(writer.finish());
  lists.release(settings.room);
  return { vocabulary, lengths, lists: numbered };
}
