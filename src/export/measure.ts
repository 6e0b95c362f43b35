import { evaluateRows } from '../predict/evaluate';
import { loadPredictor, predictionOf } from '../predict/predictor';
import type { RunRows } from './run-rows';

/** How a stored form of a model does on rows. */
export interface Measured {
  readonly accuracy: number;
  readonly macroF1: number;
  /** What each row is said to be. */
  readonly decisions: string[];
}

/**
 * Classifies rows with a network file of a model folder.
 *
 * @throws the signal's reason where it was aborted
 */
export async function measure(
  folder: string,
  network: string,
  { rows, split }: RunRows,
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<Measured> {
  const predictor = await loadPredictor(folder, { network });
  try {
    const { evaluation, logits } = await evaluateRows(predictor, rows, split, signal, progress);
    const { accuracy, macroF1 } = evaluation;
    const decisions = logits.map((ofRow) => predictionOf(predictor.labels, ofRow, predictor.rule).label);
    return { accuracy, macroF1, decisions };
  } finally {
    await predictor.release();
  }
}

/** The share of rows of which both say the same. */
export function agreement(one: Measured, other: Measured): number {
  const same = one.decisions.filter((decision, row) => decision === other.decisions[row]).length;
  return same / one.decisions.length;
}
