import { input } from '../graph/build';
import type { Value } from '../graph/ops';
import { type Shape, sameShape } from '../graph/shape';

/** How a parameter starts, by PyTorch's names and bounds. */
export type Initializer =
  | { readonly type: 'zeros' }
  | { readonly type: 'ones' }
  /** Evenly between -bound and bound. */
  | { readonly type: 'uniform'; readonly bound: number }
  /** From the normal distribution of mean 0. */
  | { readonly type: 'normal'; readonly deviation: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
}

export interface DropoutMask {
  readonly name: string;
  readonly shape: Shape;
  readonly rate: number;
}

/**
 * Where a model's expressions get their parameters and dropout masks from. The model is a plain
 * function; running it with a scope records what it asked for.
 */
export class Scope {
  readonly parameters = new Map<string, { spec: ParameterSpec; value: Value }>();
  readonly dropoutMasks: { mask: DropoutMask; value: Value }[] = [];
  private readonly maskUses = new Map<string, number>();
  private readonly shared = new Set<string>();

  /** `training`: whether dropout is active. */
  constructor(readonly training: boolean) {}

  parameter(name: string, shape: readonly number[], initializer: Initializer): Value {
    const known = this.parameters.get(name);
    if (known) {
      if (this.isShared(name) && sameShape(known.spec.shape, shape)) return known.value;
      throw new Error(`the parameter '${name}' is declared twice`);
    }
    const value = input(name, shape);
    this.parameters.set(name, { spec: { name, shape, initializer }, value });
    return value;
  }

  /** From now on the parameters under this name may be asked for again: the same ones serve in several places. */
  share(name: string): void {
    this.shared.add(name);
  }

  private isShared(name: string): boolean {
    return [...this.shared].some((prefix) => name.startsWith(`${prefix}.`));
  }

  /**
   * An input that is fed with 0 (probability `rate`) or 1 / (1 - rate) at every place. Where shared parameters are
   * used again, the mask is another one.
   */
  dropoutMask(name: string, shape: Shape, rate: number): Value {
    const uses = this.maskUses.get(name) ?? 0;
    this.maskUses.set(name, uses + 1);
    const value = input(`${name}_dropout${uses === 0 ? '' : `_${uses}`}`, shape);
    this.dropoutMasks.push({ mask: { name: value.name!, shape, rate }, value });
    return value;
  }
}
