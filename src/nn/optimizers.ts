import { type AdagradOptions, adagrad } from './optimizers/adagrad';
import { type AdamOptions, type AdamWOptions, adam } from './optimizers/adam';
import { type NadamOptions, nadam } from './optimizers/nadam';
import type { Optimizer } from './optimizers/optimizer';
import { type RadamOptions, radam } from './optimizers/radam';
import { type RmspropOptions, rmsprop } from './optimizers/rmsprop';
import { type SgdOptions, sgd } from './optimizers/sgd';

export type OptimizerOptions =
  | AdagradOptions
  | AdamOptions
  | AdamWOptions
  | NadamOptions
  | RadamOptions
  | RmspropOptions
  | SgdOptions;

type Creators = {
  readonly [Type in OptimizerOptions['type']]: (
    options: Extract<OptimizerOptions, { type: Type }>,
  ) => Optimizer;
};

const optimizers: Creators = { adagrad, adam, adamW: adam, nadam, radam, rmsprop, sgd };

/** The optimizers by PyTorch's definitions and defaults, as graph expressions. */
export function createOptimizer(options: OptimizerOptions): Optimizer {
  return (optimizers[options.type] as (options: OptimizerOptions) => Optimizer)(options);
}
