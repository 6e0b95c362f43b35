import { relu, tanh } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Architecture } from './config';

/**
 * What tells the architectures apart beyond what a configuration says, from `modeling_<architecture>.py` of
 * Hugging Face's transformers.
 */
interface Traits {
  /** Which blocks of a layer have dropout on what they give. */
  readonly drops: { readonly attention: boolean; readonly feedForward: boolean };
  /** Whether all layers have the same parameters. */
  readonly sharesLayers: boolean;
  readonly head: { readonly dropsState: boolean; readonly activation: (x: Value) => Value };
}

export const traits: { readonly [Name in Architecture]: Traits } = {
  // BertPooler, then dropout and the classifier.
  bert: {
    drops: { attention: true, feedForward: true },
    sharesLayers: false,
    head: { dropsState: false, activation: tanh },
  },
  // RobertaClassificationHead.
  roberta: {
    drops: { attention: true, feedForward: true },
    sharesLayers: false,
    head: { dropsState: true, activation: tanh },
  },
  distilbert: {
    drops: { attention: false, feedForward: true },
    sharesLayers: false,
    head: { dropsState: false, activation: relu },
  },
  albert: {
    drops: { attention: true, feedForward: false },
    sharesLayers: true,
    head: { dropsState: false, activation: tanh },
  },
};
