import type { Task } from '../protocol/events';

/** From which probabilities on a text is given its classes. */
export interface DecisionRule {
  readonly task: Task;
  /**
   * Of each label in a multi-label task, or a single one, of the second of two classes. Without them, a label is
   * given from 0.5 on, and a text of a single-label task gets its most probable class.
   */
  readonly thresholds?: readonly number[] | undefined;
}

/** The numbers of the classes that a text with these probabilities gets, rising: one, unless the task is multi-label. */
export function decide(shares: ArrayLike<number>, { task, thresholds }: DecisionRule): number[] {
  // As an evaluation holds them, so that it decides as a prediction does.
  const of = shares instanceof Float32Array ? shares : Float32Array.from(shares);
  if (task === 'single-label') return [thresholds ? Number(of[1]! >= thresholds[0]!) : largestIndex(of)];
  const given: number[] = [];
  for (let label = 0; label < of.length; label++) {
    if (of[label]! >= (thresholds?.[label] ?? 0.5)) given.push(label);
  }
  return given;
}

/** What a text is said to be. */
export interface Classification {
  /** Exactly one, unless the task is multi-label. */
  labels: string[];
  /** The labels in one string. */
  label: string;
  /** Of the label; of several the lowest; where there are none, how improbable the most probable one is. */
  probability: number;
}

/** Names the classes that a text with these probabilities gets, in the order of `labels`. */
export function classify(
  labels: readonly string[],
  shares: ArrayLike<number>,
  rule: DecisionRule,
): Classification {
  const given = decide(shares, rule);
  const names = given.map((index) => labels[index]!);
  const probability =
    given.length === 0
      ? 1 - shares[largestIndex(shares)]!
      : given.reduce((lowest, index) => Math.min(lowest, shares[index]!), 1);
  return { labels: names, label: labelText(names), probability };
}

/** A row's labels in one string, for people. */
export function labelText(labels: readonly string[]): string {
  return labels.length === 0 ? 'no label' : labels.join(', ');
}

/** The index of the largest number, the first of several. */
function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
