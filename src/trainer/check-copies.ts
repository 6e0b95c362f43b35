/** What the check says of texts that come more than once. */
import { basename } from 'node:path';
import { isTelling } from '../data/copies';
import type { PlacedFinding } from '../experiment/problems';
import type { DataOptions, Experiment } from '../experiment/schema';
import { count, countOf } from '../protocol/count';
import type { DataFacts } from './read-facts';

const heldParts = ['validation', 'test'] as const;
const listed = 'Inspect Data (textclf inspect) lists them.';

/** Texts that a model is trained on and judged by, and texts with several labels, where there are enough to change figures. */
export function findCopies(
  { data }: Experiment,
  { copies: { leaked, conflicting }, rows }: Pick<DataFacts, 'copies' | 'rows'>,
): PlacedFinding[] {
  const findings: PlacedFinding[] = [];
  for (const part of heldParts) {
    const { rows: copied, first } = leaked[part];
    if (!isTelling(copied, rows[part])) continue;
    findings.push({
      severity: 'warning',
      message: `${count(copied)} of the ${countOf(rows[part], `${part} text`)} ${copied === 1 ? 'is' : 'are'} also trained on: ${part} figures will be too good.`,
      hint: `${isDrawn(part, data) ? 'Validation rows are drawn from the training files: keep one of each text there. ' : ''}The first is in ${placeText(first)}. ${listed}`,
      path: data.hub?.[part] === undefined ? ['data', part] : ['data', 'hub', part],
    });
  }
  const all = rows.train + rows.validation + rows.test;
  if (isTelling(conflicting.rows, all)) {
    findings.push({
      severity: 'warning',
      message: `${countOf(conflicting.rows, 'row')} have the text of another row and not its label: no model can get all of them right.`,
      hint: `The first is in ${placeText(conflicting.first)}. ${listed}`,
      path: data.hub ? ['data', 'hub', 'train'] : ['data', 'train'],
    });
  }
  return findings;
}

function isDrawn(part: (typeof heldParts)[number], { validation, hub }: DataOptions): boolean {
  return part === 'validation' && typeof validation === 'number' && hub?.validation === undefined;
}

function placeText(place: { file: string; line: number } | undefined): string {
  return place ? `${basename(place.file)}, line ${place.line}` : '';
}
