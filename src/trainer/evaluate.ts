import type { DecisionRule } from '../metrics/decide';
import { evaluationOf } from '../metrics/evaluation';
import { probabilities as probabilitiesOf, rowOf } from '../nn/probabilities';
import type { Evaluation, Split } from '../protocol/events';
import { type EncodedText, makeBatch } from './batch';
import { evaluationBatches } from './batches';
import type { OutputForm } from './outputs';
import type { Step } from './step';

export interface SplitResult {
  readonly evaluation: Evaluation;
  /** `[texts, classes]`, in the order of the texts. */
  readonly probabilities: Float32Array;
  /** How they became classes. */
  readonly rule: DecisionRule;
}

export interface SplitOptions {
  readonly split: Split;
  readonly texts: readonly EncodedText[];
  readonly labels: readonly string[];
  readonly form: OutputForm;
  readonly thresholds?: DecisionRule['thresholds'];
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
}

/** Classifies a split's texts with the weights as they are; undefined where the signal ended it early. */
export async function evaluateSplit(
  step: Step,
  { split, texts, labels, form, thresholds, batchSize, signal }: SplitOptions,
): Promise<SplitResult | undefined> {
  const probabilities = new Float32Array(texts.length * labels.length);
  let [loss, weight] = [0, 0];
  step.settle();
  for (const indices of evaluationBatches(texts, batchSize)) {
    if (signal?.aborted) return undefined;
    const batch = makeBatch(
      indices.map((index) => texts[index]!),
      form,
    );
    const result = await step.evaluate(batch);
    loss += result.loss * batch.divisor;
    weight += batch.divisor;
    indices.forEach((index, row) => {
      const shares = probabilitiesOf(rowOf(result.logits, form.outputs, row), form.task);
      probabilities.set(shares, index * labels.length);
    });
  }
  const evaluation = evaluationOf({
    split,
    task: form.task,
    labels,
    truth: texts.map((text) => text.labels),
    probabilities,
    thresholds,
    loss: texts.length === 0 ? null : loss / weight,
  });
  return { evaluation, probabilities, rule: { task: form.task, thresholds } };
}
