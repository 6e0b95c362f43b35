import { classify } from '../nn/probabilities';
import type { Evaluation, Split } from '../protocol/events';
import { type EncodedText, makeBatch } from './batch';
import { evaluationBatches } from './batches';
import { evaluationOf } from './metrics';
import type { TrainingStep } from './training-step';

export interface SplitResult {
  readonly evaluation: Evaluation;
  /** The class predicted for each text, in the order of the texts. */
  readonly predicted: Int32Array;
  /** The probability of that class. */
  readonly probability: Float32Array;
}

export interface SplitOptions {
  readonly split: Split;
  readonly texts: readonly EncodedText[];
  readonly labels: string[];
  readonly outputs: number;
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
}

/** Classifies a split's texts with the weights as they are; undefined where the signal ended it early. */
export async function evaluateSplit(
  step: TrainingStep,
  { split, texts, labels, outputs, batchSize, signal }: SplitOptions,
): Promise<SplitResult | undefined> {
  const predicted = new Int32Array(texts.length);
  const probability = new Float32Array(texts.length);
  let loss = 0;
  step.settle();
  for (const indices of evaluationBatches(texts, batchSize)) {
    if (signal?.aborted) return undefined;
    const batch = makeBatch(
      indices.map((index) => texts[index]!),
      outputs,
    );
    const result = await step.evaluate(batch);
    loss += result.loss * indices.length;
    indices.forEach((index, row) => {
      const found = classify(result.logits, outputs, row);
      predicted[index] = found.index;
      probability[index] = found.probability;
    });
  }
  const evaluation = evaluationOf({
    split,
    labels,
    truth: texts.map(({ label }) => label),
    predicted,
    loss: texts.length === 0 ? null : loss / texts.length,
  });
  return { evaluation, predicted, probability };
}
