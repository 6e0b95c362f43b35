import type { OutputForm } from './outputs';

/** What a batch's logits are compared with: see `losses`. */
export interface Targets {
  /** `[batch, outputs]`, 0 to 1: how far each output is true. */
  readonly targets: Float32Array;
  /** `[batch, outputs]`: how much each output counts. */
  readonly weights: Float32Array;
  /** What the sum of the losses is divided by: what the texts weigh together. */
  readonly divisor: number;
}

type Fill = (
  labels: readonly number[],
  form: Required<Pick<OutputForm, 'outputs' | 'labelSmoothing'>>,
  weightOf: (label: number) => number,
  targets: Float32Array,
  weights: Float32Array,
) => number;

/** The rows of one text; returns what it weighs. */
const fills: { readonly [Kind in 'softmax' | 'sigmoid' | 'sigmoids']: Fill } = {
  /** As CrossEntropyLoss(weight, label_smoothing) of torch.nn. */
  softmax([label = 0], { outputs, labelSmoothing }, weightOf, targets, weights) {
    for (let i = 0; i < outputs; i++) {
      targets[i] = labelSmoothing / outputs + (i === label ? 1 - labelSmoothing : 0);
      weights[i] = weightOf(i);
    }
    return weightOf(label);
  },
  /** One logit for the second of two classes. A text counts as much as its class. */
  sigmoid([label = 0], { labelSmoothing }, weightOf, targets, weights) {
    targets[0] = smoothed(label === 1, labelSmoothing);
    weights[0] = weightOf(label);
    return weights[0]!;
  },
  /** As BCEWithLogitsLoss(pos_weight) of torch.nn: where a label is true, it counts as much as its weight. */
  sigmoids(labels, { outputs, labelSmoothing }, weightOf, targets, weights) {
    for (let i = 0; i < outputs; i++) {
      const share = smoothed(labels.includes(i), labelSmoothing);
      const [ifTrue, ifFalse] = [weightOf(i) * share, 1 - share];
      weights[i] = ifTrue + ifFalse;
      targets[i] = ifTrue / weights[i]!;
    }
    return outputs;
  },
};

function smoothed(isTrue: boolean, labelSmoothing: number): number {
  return labelSmoothing / 2 + (isTrue ? 1 - labelSmoothing : 0);
}

/** The targets of texts that have these classes. */
export function makeTargets(labels: readonly (readonly number[])[], form: OutputForm): Targets {
  const { task, loss, outputs, labelSmoothing = 0, classWeights } = form;
  const targets = new Float32Array(labels.length * outputs);
  const weights = new Float32Array(labels.length * outputs);
  const kind = loss === 'crossEntropy' ? 'softmax' : task === 'multi-label' ? 'sigmoids' : 'sigmoid';
  const weightOf = (label: number) => classWeights?.[label] ?? 1;
  const divisor = labels.reduce((sum, own, row) => {
    const [from, to] = [row * outputs, (row + 1) * outputs];
    const places = [targets.subarray(from, to), weights.subarray(from, to)] as const;
    return sum + fills[kind](own, { outputs, labelSmoothing }, weightOf, ...places);
  }, 0);
  return { targets, weights, divisor };
}
