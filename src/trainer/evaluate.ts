import { classify } from '../nn/probabilities';
import { type EncodedText, makeBatch } from './batch';
import { evaluationBatches } from './batches';
import type { TrainingStep } from './training-step';

export interface SplitResult {
  /** The mean over all texts; null without texts. */
  readonly loss: number | null;
  /** The class predicted for each text, in the order of the texts. */
  readonly predicted: Int32Array;
  /** The probability of that class. */
  readonly probability: Float32Array;
}

/** Classifies all texts with the weights as they are; undefined where the signal ended it early. */
export async function evaluateTexts(
  step: TrainingStep,
  texts: readonly EncodedText[],
  batchSize: number,
  outputs: number,
  signal?: AbortSignal,
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
  return { loss: texts.length === 0 ? null : loss / texts.length, predicted, probability };
}
