import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import type { LabelIssue, LabelReport } from '../protocol/label-issues';
import { writeFileAtomic } from './atomic';
import { readKeptLabels } from './kept-labels';
import { runPaths } from './paths';

const share = z.number().min(0).max(1);
const count = z.int().nonnegative();

/** Built when the first report is read: the editor waits for its extension to come up. */
const schema = z.lazy(() =>
  z.object({
    schemaVersion: z.literal(1),
    by: z.enum(['folds', 'validation']),
    rows: count,
    issues: count,
    wrongShare: share,
    labels: z.array(z.string()),
    found: z.array(
      z.object({
        file: z.string().min(1),
        line: z.int().positive(),
        text: z.string(),
        digest: z.string(),
        labels: z.array(z.string()),
        suggested: z.array(z.string()),
        probability: share,
        suggestedProbability: share,
        score: share,
      }),
    ),
  }),
);

/** @throws HumanError where the disk is full, read-only or not permitted */
export function writeLabelReport(folder: string, report: LabelReport): void {
  writeFileAtomic(runPaths(folder).labelIssues, `${JSON.stringify({ schemaVersion: 1, ...report })}\n`);
}

/**
 * What a run found wrong with the labels; undefined where it judged none.
 *
 * @throws HumanError where the file cannot be read
 */
export function readLabelReport(folder: string): LabelReport | undefined {
  const file = runPaths(folder).labelIssues;
  if (!existsSync(file)) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HumanError(
      `What the run says of wrong labels cannot be read (${issue?.path.join('.')}: ${issue?.message}).`,
      {
        place: { file },
        hint: 'Delete this file, or train again.',
      },
    );
  }
  const { schemaVersion: _, ...report } = parsed.data;
  return report;
}

/**
 * The rows that a run takes for mislabelled, without those of which a person said since that their label is right.
 *
 * @throws HumanError where they cannot be read
 */
export function readDoubtedLabels(folder: string, root: string): LabelIssue[] {
  const kept = readKeptLabels(root);
  return (readLabelReport(folder)?.found ?? []).filter((issue) => !kept.has(issueKey(issue)));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** So much of a SHA-256 tells a million texts apart. */
const digestLength = 16;

/** Tells whether a text is still the same, however an editor writes its line ends. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text.replaceAll(/\r\n?/g, '\n')).digest('hex').slice(0, digestLength);
}

/** Names what was judged: this text with these labels, wherever it stands. */
export function issueKey({ digest, labels }: Pick<LabelIssue, 'digest' | 'labels'>): string {
  return `${digest} ${JSON.stringify([...labels].sort())}`;
}
