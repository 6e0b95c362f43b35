import type { HelpersPart } from '../runtime/executor';
import { DistinctWords } from './distinct-words';
import type { RowWork } from './row-work';

/** The part of a batch that one copy of the gradient program takes. */
export interface PartTask {
  /** Tokens of the whole batch, padding included. */
  readonly tokens: number;
  /** The first one of the part. */
  readonly first: number;
  /** The part's tokens are `[time, size]`. */
  readonly time: number;
  readonly size: number;
}

/**
 * What a thread does for its part of a batch around the gradient program: it reads the vectors of its tokens out of the
 * table's memory, and puts their gradients there. With `byWord`, the program takes the vectors of distinct words instead
 * of all tokens' (see VectorForm): these then take the place of the part's tokens in the table's memory, the rest of
 * which is padding.
 */
export class PartWork {
  private readonly words: DistinctWords | undefined;

  constructor(
    private readonly work: RowWork,
    byWord: boolean,
  ) {
    this.words = byWord ? new DistinctWords(work.form.rows) : undefined;
  }

  /** Reads the vectors, and looks at the tokens. The table has the part's tokens. */
  begin({ tokens, first, time, size }: PartTask): HelpersPart {
    const { work } = this;
    const { width } = work.form;
    work.place(tokens);
    const ids = work.space.ids.subarray(first, first + time * size);
    const words = this.words?.of({ ids, time, size });
    if (words) {
      ids.set(words.ids);
      ids.fill(0, words.ids.length);
    }
    const count = words ? words.ids.length : ids.length;
    const shape = words ? [count, width] : [time, size, width];
    const data = work.read(first, count);
    const gradient = work.gradientOf(first, count);
    if (work.isTrained) work.lookInTurn(first, first + ids.length);
    return {
      feeds: {
        embedded: { dtype: 'float32', shape, data },
        ...(words ? { tokens: words.tokens } : {}),
      },
      into: work.isTrained ? { embedded_grad: { dtype: 'float32', shape, data: gradient } } : {},
      end: () => {
        if (work.isTrained) work.write(first, gradient);
      },
    };
  }
}
