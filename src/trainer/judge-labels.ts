import { relative } from 'node:path';
import type { Dataset, Example } from '../data/rows';
import { findIssuesOfEachLabel, findLabelIssues, noiseShare } from '../metrics/confident-learning';
import { rowOf } from '../nn/probabilities';
import {
  type LabelIssue,
  type LabelJudge,
  type LabelReport,
  mostLabelIssues,
} from '../protocol/label-issues';
import { readKeptLabels } from '../runs/kept-labels';
import { issueKey, textDigest, writeLabelReport } from '../runs/label-issues';
import type { JudgedRows, RunContext } from './run-context';
import { excerpt, rounded } from './write-results';

/** Fewer rows than these say more of chance than of labels. */
const fewestRows = 50;

/**
 * A model that is hardly better than always saying what is right most often knows too little to doubt a label: so much
 * of what that leaves wrong it has to get right.
 */
const leastSkill = 0.2;

/** Finds the rows of validation that look mislabelled, or hands them to whoever gathers those of several runs. */
export function judgeValidation(
  context: RunContext,
  { labels, validation }: Dataset,
  probabilities: Float32Array | undefined,
): void {
  if (!probabilities || validation.length === 0) return;
  const judged = { labels, rows: validation, probabilities };
  if (context.onJudged) context.onJudged(judged);
  else judgeLabels(context, [judged], 'validation');
}

/** Finds the rows that look mislabelled, writes them into the run's folder and tells how many there are. */
export function judgeLabels(
  { writer, root, experiment }: Pick<RunContext, 'writer' | 'root' | 'experiment'>,
  parts: readonly JudgedRows[],
  by: LabelJudge,
): void {
  const judged = joined(parts);
  const { task } = experiment.data;
  if (!judged || judged.rows.length < fewestRows) return;
  const findings = task === 'multi-label' ? severalLabels(judged) : oneLabel(judged);
  if (!findings) return;
  const { found, wrongShare } = findings;
  const kept = readKeptLabels(root);
  // No more than are listed: a text may have to be read from its file.
  const listed = found
    .slice(0, mostLabelIssues + kept.size)
    .map(({ row, ...finding }) => issueOf(judged.rows[row]!, finding, root));
  const doubted = listed.filter((issue) => !kept.has(issueKey(issue)));
  const summary = {
    by,
    rows: judged.rows.length,
    issues: found.length - (listed.length - doubted.length),
    wrongShare: rounded(wrongShare),
  };
  const report: LabelReport = {
    ...summary,
    labels: [...judged.labels],
    found: doubted.slice(0, mostLabelIssues),
  };
  writeLabelReport(writer.folder, report);
  writer.emit({ type: 'labels', ...summary });
}

/** The rows of all parts in one matrix; those of folds come one part a fold. */
function joined(parts: readonly JudgedRows[]): JudgedRows | undefined {
  const [first] = parts;
  if (!first || parts.length === 1) return first;
  const size = parts.reduce((sum, { probabilities }) => sum + probabilities.length, 0);
  const all = new Float32Array(size);
  let offset = 0;
  for (const { probabilities } of parts) {
    all.set(probabilities, offset);
    offset += probabilities.length;
  }
  return { labels: first.labels, rows: parts.flatMap(({ rows }) => rows), probabilities: all };
}

function isBetterThanChance(right: number, byChance: number, rows: number): boolean {
  return right > byChance && right - byChance >= leastSkill * (rows - byChance);
}

function knowsClasses({ labels, rows, probabilities }: JudgedRows): boolean {
  const counts = labels.map(() => 0);
  let right = 0;
  rows.forEach(({ labelIndices: [label] }, row) => {
    const shares = rowOf(probabilities, labels.length, row);
    counts[label!]!++;
    if (shares.every((share) => share <= shares[label!]!)) right++;
  });
  return isBetterThanChance(right, Math.max(...counts), rows.length);
}

function knowsLabel({ labels, rows, probabilities }: JudgedRows, label: number): boolean {
  let [right, having] = [0, 0];
  rows.forEach(({ labelIndices }, row) => {
    const has = labelIndices.includes(label);
    if (has) having++;
    if (probabilities[row * labels.length + label]! > 0.5 === has) right++;
  });
  return isBetterThanChance(right, Math.max(having, rows.length - having), rows.length);
}

interface Found extends Pick<LabelIssue, 'suggested' | 'probability' | 'suggestedProbability' | 'score'> {
  row: number;
}

interface Findings {
  found: Found[];
  wrongShare: number;
}

/** Undefined where the model knows too little. */
function oneLabel(judged: JudgedRows): Findings | undefined {
  if (!knowsClasses(judged)) return undefined;
  const { labels, rows, probabilities } = judged;
  const given = rows.map(({ labelIndices }) => labelIndices[0]!);
  const noise = findLabelIssues(given, probabilities, labels.length);
  const found = noise.suspects.map(({ row, suggested, score }) => {
    const shares = rowOf(probabilities, labels.length, row);
    return {
      ...{ row, score },
      suggested: [labels[suggested]!],
      probability: shares[given[row]!]!,
      suggestedProbability: shares[suggested]!,
    };
  });
  return { found, wrongShare: noiseShare(noise) };
}

/**
 * Of several labels a row, each one that the model knows enough of is judged by itself; a row is as doubtful as the worst
 * of its labels. Undefined where there is no such label.
 */
function severalLabels(judged: JudgedRows): Findings | undefined {
  const { labels, rows, probabilities } = judged;
  const given = rows.map(({ labelIndices }) => labelIndices);
  const known = labels.flatMap((_, label) => (knowsLabel(judged, label) ? [label] : []));
  if (known.length === 0) return undefined;
  const ofLabels = findIssuesOfEachLabel(given, probabilities, labels.length);
  const byRow = new Map<number, { label: number; score: number }[]>();
  for (const label of known) {
    for (const { row, score } of ofLabels[label]!.suspects)
      byRow.set(row, [...(byRow.get(row) ?? []), { label, score }]);
  }
  const found = [...byRow].map(([row, wrong]) => {
    const worst = wrong.reduce((a, b) => (b.score < a.score ? b : a));
    const has = given[row]!.includes(worst.label);
    const share = probabilities[row * labels.length + worst.label]!;
    const doubted = new Set(wrong.map(({ label }) => label));
    return {
      ...{ row, score: worst.score },
      suggested: labels.filter((_, label) => given[row]!.includes(label) !== doubted.has(label)),
      probability: has ? share : 1 - share,
      suggestedProbability: has ? 1 - share : share,
    };
  });
  const wrongShare = known.reduce((sum, label) => sum + noiseShare(ofLabels[label]!), 0) / known.length;
  return { found: found.sort((a, b) => a.score - b.score || a.row - b.row), wrongShare };
}

function issueOf(
  { text, labels, file, line }: Example,
  { suggested, probability, suggestedProbability, score }: Omit<Found, 'row'>,
  root: string,
): LabelIssue {
  return {
    file: relative(root, file).replaceAll('\\', '/'),
    line,
    text: excerpt(text),
    digest: textDigest(text),
    labels,
    suggested,
    probability: rounded(probability),
    suggestedProbability: rounded(suggestedProbability),
    score: rounded(score),
  };
}
