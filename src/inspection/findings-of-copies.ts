/** Findings about texts that come more than once, exactly or nearly. */
import { type CopyGroup, conflictingGroups, isTelling, leakedRows } from '../data/copies';
import type { DataOptions } from '../data/load';
import type { PartRows } from '../data/part-rows';
import type { Dataset } from '../data/rows';
import { count, countOf } from '../protocol/count';
import type { Split } from '../protocol/events';
import { type Found, foundRows, groupedRows } from './found';
import { alike } from './near-duplicates';

type HeldPart = 'validation' | 'test';
const heldParts = ['validation', 'test'] as const;

/** What the rows of a part are for, in a sentence's end. */
const spoiled: Record<HeldPart, string> = {
  validation: 'validation figures are too good, and the best epoch and threshold are chosen by them',
  test: 'test figures are too good',
};

function mend(part: HeldPart, { validation }: DataOptions): string {
  return part === 'validation' && typeof validation === 'number'
    ? 'Validation rows are drawn from the training files: keep one of each text there.'
    : 'Take the rows out of one of the two.';
}

const sameHint = 'Texts are the same where they differ in white space at most.';

/** The same text in training and in validation or test rows. */
export function leakage(...copies: LeakArguments): Found[] {
  return leaks(...copies, {
    kind: 'leakage',
    are: (one) => `${one ? 'is' : 'are'} also trained on`,
    known: 'The model knows the answer',
    hint: sameHint,
  });
}

/** The same text with different labels. */
export function conflictingLabels(groups: readonly CopyGroup[], rows: PartRows): Found[] {
  const conflicting = conflictingGroups(groups, rows);
  const affected = conflicting.flat().length;
  return foundRows(
    {
      kind: 'conflictingLabels',
      severity: isTelling(affected, rows.count) ? 'warning' : 'info',
      title: `${countOf(conflicting.length, 'text')} ${conflicting.length === 1 ? 'comes' : 'come'} with different labels, in ${countOf(affected, 'row')}`,
      hint: `No model can get all of them right. Decide on one label for each text. ${sameHint}`,
    },
    groupedRows(conflicting),
  );
}

/** The same text with the same label, more than once in one part. */
export function duplicates(groups: readonly CopyGroup[], rows: PartRows): Found[] {
  const conflicting = new Set(conflictingGroups(groups, rows));
  const copied = groups
    .filter((group) => !conflicting.has(group))
    .flatMap((group) => withinParts(group, rows));
  const surplus = copied.reduce((sum, group) => sum + group.length - 1, 0);
  return foundRows(
    {
      kind: 'duplicate',
      severity: 'info',
      title: `${countOf(surplus, 'row')} ${surplus === 1 ? 'repeats' : 'repeat'} the text and label of another one`,
      hint: `They count more than once, in training and in every figure; a split by chance puts copies on both sides. ${sameHint}`,
    },
    groupedRows(copied),
  );
}

/** Nearly the same text in training and in validation or test rows. */
export function nearLeakage(...copies: LeakArguments): Found[] {
  return leaks(...copies, {
    kind: 'nearLeakage',
    are: (one) => `${one ? 'is' : 'are'} nearly the same as one that is trained on`,
    known: 'The model has all but seen the answer',
    hint: nearHint,
  });
}

type LeakArguments = [groups: readonly CopyGroup[], rows: PartRows, dataset: Dataset, data: DataOptions];

interface LeakWords {
  kind: 'leakage' | 'nearLeakage';
  are(one: boolean): string;
  known: string;
  hint: string;
}

function leaks(...[groups, rows, dataset, data, { kind, are, known, hint }]: [...LeakArguments, LeakWords]) {
  return heldParts.flatMap((part) => {
    const leaked = leakedRows(groups, rows, part);
    const all = dataset[part].length;
    return foundRows(
      {
        kind,
        severity: isTelling(leaked.length, all) ? 'warning' : 'info',
        title: `${countOf(leaked.length, `${part} row`)} of ${count(all)} ${are(leaked.length === 1)}`,
        hint: `${known}: ${spoiled[part]}. ${mend(part, data)} ${hint}`,
      },
      groupedRows(byTrained(leaked)),
    );
  });
}

/** Nearly the same text more than once in one part. */
export function nearDuplicates(groups: readonly CopyGroup[], rows: PartRows): Found[] {
  const copied = groups.flatMap((group) => withinParts(group, rows));
  const surplus = copied.reduce((sum, group) => sum + group.length - 1, 0);
  return foundRows(
    {
      kind: 'nearDuplicate',
      severity: 'info',
      title: `${countOf(surplus, 'row')} ${surplus === 1 ? 'is' : 'are'} nearly the same as another one`,
      hint: `A split by chance puts such texts on both sides, and figures get too good. ${nearHint}`,
    },
    groupedRows(copied),
  );
}

const nearHint = `Texts are nearly the same where they have ${alike * 100} % of their runs of three words in common, whatever their case and punctuation.`;

/** The rows of each training row together, after it. */
function byTrained(leaked: ReturnType<typeof leakedRows>): number[][] {
  const groups = new Map<number, number[]>();
  for (const { row, trained } of leaked) {
    const group = groups.get(trained);
    if (group) group.push(row);
    else groups.set(trained, [trained, row]);
  }
  return [...groups.values()];
}

function withinParts(group: CopyGroup, rows: PartRows): CopyGroup[] {
  const parts = new Map<Split, number[]>();
  for (const row of group) {
    const part = rows.partOf(row);
    const known = parts.get(part);
    if (known) known.push(row);
    else parts.set(part, [row]);
  }
  return [...parts.values()].filter(({ length }) => length > 1);
}
