import type { Example } from '../data/rows';
import type { IntLists } from '../store/int-lists';
import type { EncodedText } from './batch';

/** A text whose numbers are read when a batch is made of them. */
class StoredText implements EncodedText {
  constructor(
    private readonly lists: IntLists,
    private readonly index: number,
    readonly labels: readonly number[],
  ) {}

  get ids(): Int32Array {
    return this.lists.get(this.index);
  }

  get length(): number {
    return this.lists.sizeOf(this.index);
  }
}

/** Examples as numbers, of which `lists` has those of each. */
export function encodedTexts(examples: readonly Example[], lists: IntLists): EncodedText[] {
  return examples.map(({ labelIndices }, i) => new StoredText(lists, i, labelIndices));
}
