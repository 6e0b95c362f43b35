/** Rows whose label is likely wrong, as a run found them. Texts and labels are data: to be shown as text only. */

/**
 * Who judged the rows. `folds`: every training row by a model that was not trained on it. `validation`: the validation
 * rows alone, by the one model that there is.
 */
export type LabelJudge = 'folds' | 'validation';

export interface LabelIssue {
  /** Relative to the workspace folder, with forward slashes. */
  file: string;
  /** From 1. */
  line: number;
  /** The text's beginning. */
  text: string;
  /** Tells whether a text is still this one, see `textDigest`. */
  digest: string;
  /** As the row is labelled: exactly one, unless the task is multi-label. */
  labels: string[];
  /** As it should be labelled, says the model. */
  suggested: string[];
  /** What the model gives the label as it stands; of several the one that is most likely wrong. */
  probability: number;
  /** What it gives the suggested one. */
  suggestedProbability: number;
  /** How right the label looks, from 0 to 0.5: the normalized margin. */
  score: number;
}

/** What there is to say of all rows that were judged. */
export interface LabelSummary {
  by: LabelJudge;
  /** How many rows were judged. */
  rows: number;
  /** How many of them are likely mislabelled. */
  issues: number;
  /** The estimated share of wrong labels, from 0 to 1; of a multi-label task that of all rows' labels that were judged. */
  wrongShare: number;
}

export interface LabelReport extends LabelSummary {
  /** The classes in the model's order. */
  labels: string[];
  /** The likeliest first, at most `mostLabelIssues`. */
  found: LabelIssue[];
}

/** So many are kept: who has mended these trains anew. */
export const mostLabelIssues = 5_000;

/** The columns that issues can be sorted by; `score` has the likeliest first. */
export const labelIssueColumns = ['score', 'place', 'label', 'suggested'] as const;
export type LabelIssueColumn = (typeof labelIssueColumns)[number];
