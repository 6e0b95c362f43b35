import type { Value } from './ops';

/** What is executed: named results computed from inputs. */
export interface Program {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: Readonly<Record<string, Value>>;
}
