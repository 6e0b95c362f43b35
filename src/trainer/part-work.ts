import type { Tensor } from '../runtime/executor';
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

type NamedTensors = Readonly<Record<string, Tensor>>;

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

  /** What the program is fed, and where it has to put the vectors' gradient. The table has the tokens. */
  begin({ tokens, first, time, size }: PartTask): { feeds: NamedTensors; into: NamedTensors } {
    const { work } = this;
    const { width } = work.form;
    work.place(tokens);
    const ids = work.space.ids.subarray(first, first + time * size);
    const words = this.words?.of({ ids, time, size });
    if (words) {
      ids.set(words.ids);
      ids.fill(0, words.ids.length);
    }
    const shape = words ? [words.ids.length, width] : [time, size, width];
    const count = words ? words.ids.length : ids.length;
    const embedded: Tensor = { dtype: 'float32', shape, data: work.read(first, count) };
    const gradient: Tensor = { dtype: 'float32', shape, data: work.gradientOf(first, count) };
    return {
      feeds: { embedded, ...(words ? { tokens: words.tokens } : {}) },
      into: work.isTrained ? { embedded_grad: gradient } : {},
    };
  }

  /** Puts the vectors' gradient where all threads find it. */
  end({ first }: PartTask, { embedded_grad: gradient }: NamedTensors): void {
    if (gradient) this.work.write(first, gradient.data as Float32Array);
  }
}
