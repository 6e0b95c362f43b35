import { input } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Shape } from '../graph/shape';

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

  /** `training`: whether dropout is active. */
  constructor(readonly training: boolean) {}

  parameter(name: string, shape: readonly number[], initializer: Initializer): Value {
    if (this.parameters.has(name)) throw new Error(`the parameter '${name}' is declared twice`);
    const value = input(name, shape);
    this.parameters.set(name, { spec: { name, shape, initializer }, value });
    return value;
  }

  /** An input that is fed with 0 (probability `rate`) or 1 / (1 - rate) at every place. */
  dropoutMask(name: string, shape: Shape, rate: number): Value {
    const value = input(`${name}_dropout`, shape);
    this.dropoutMasks.push({ mask: { name: value.name!, shape, rate }, value });
    return value;
  }
}
