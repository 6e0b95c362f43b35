/** What a thread that turns texts into numbers and its owner say to each other. */
import type { PackedTexts } from '../store/texts';
import type { PackedUnits } from '../text/units';
import type { NumberedBlock, TextTask } from './text-work';

export type ToTextThread =
  | { readonly type: 'begin'; readonly task: TextTask }
  /** The numbers of some of `texts`. */
  | { readonly type: 'block'; readonly texts: PackedTexts; readonly rows: Uint32Array }
  | { readonly type: 'units' };

export type FromTextThread =
  | { readonly type: 'begun' }
  | { readonly type: 'block'; readonly block: NumberedBlock }
  | { readonly type: 'units'; readonly units: PackedUnits }
  | { readonly type: 'failed'; readonly error: ThreadError };

/** `hint` where a person can mend it. */
export interface ThreadError {
  readonly message: string;
  readonly isHuman: boolean;
  readonly hint?: string | undefined;
}
