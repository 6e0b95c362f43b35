import { relative } from 'node:path';
import type { Dataset, Example } from '../data/rows';
import { classify, type DecisionRule, labelText } from '../metrics/decide';
import { probabilities, rowOf } from '../nn/probabilities';
import type { Evaluation } from '../protocol/events';
import { writeFileAtomic } from '../runs/atomic';
import type { runPaths } from '../runs/paths';
import type { SplitResult } from './evaluate';
import type { RunContext } from './run-context';

type Paths = ReturnType<typeof runPaths>;

/** So much of a text is kept beside its prediction; file and line lead to the whole. */
const EXCERPT = 200;

/** Tells the final evaluation and writes what it found: files, event and record. */
export function writeResults(
  { writer, paths, root, experiment }: Pick<RunContext, 'writer' | 'paths' | 'root' | 'experiment'>,
  dataset: Dataset,
  result: SplitResult,
): void {
  const { evaluation } = result;
  const { split, accuracy, macroF1 } = evaluation;
  writeEvaluation(paths, [evaluation]);
  writePredictions(paths, dataset[split], dataset.labels, result, root);
  writer.emit({ type: 'evaluation', evaluation });
  if (split === 'validation' && experiment.training.threshold === 'auto') {
    const message =
      'The threshold was chosen on the very rows of this evaluation: the figures are somewhat too good. Name test files for honest ones.';
    writer.emit({ type: 'warning', message });
  }
  if (split === 'test') writer.update({ test: { accuracy, macroF1 } });
}

/** Tells the classes of the experiment's own examples, from their `logits [examples, outputs]`. */
export function tellExamples(
  { writer, experiment }: RunContext,
  labels: readonly string[],
  logits: Float32Array,
  rule: DecisionRule,
): void {
  const { examples } = experiment;
  const outputs = logits.length / examples.length;
  writer.emit({
    type: 'examples',
    examples: examples.map((text, row) => {
      const shares = probabilities(rowOf(logits, outputs, row), rule.task);
      const { label, probability } = classify(labels, shares, rule);
      return { text, label, probability };
    }),
  });
}

/** `evaluation.json`: the metrics of each evaluated split. */
function writeEvaluation(paths: Paths, evaluations: readonly Evaluation[]): void {
  writeFileAtomic(paths.evaluation, `${JSON.stringify(evaluations)}\n`);
}

/** `predictions.ndjson`: a row for each evaluated text, with the place where it stands. */
function writePredictions(
  paths: Paths,
  examples: readonly Example[],
  labels: readonly string[],
  { evaluation: { split }, probabilities: matrix, rule }: SplitResult,
  root: string,
): void {
  const lines = examples.map((example, row) => {
    const shares = rowOf(matrix, labels.length, row);
    const found = classify(labels, shares, rule);
    return JSON.stringify({
      split,
      file: relative(root, example.file).replaceAll('\\', '/'),
      line: example.line,
      label: labelText(example.labels),
      predicted: found.label,
      probability: rounded(found.probability),
      probabilities: Array.from(shares, rounded),
      ...(rule.task === 'multi-label' ? { labels: { truth: example.labels, predicted: found.labels } } : {}),
      text: excerpt(example.text),
    });
  });
  writeFileAtomic(paths.predictions, lines.map((line) => `${line}\n`).join(''));
}

/** A 32-bit float has no more digits worth keeping. */
export function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}

/** A text's beginning, never cut between the two halves of a character. */
export function excerpt(text: string): string {
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
