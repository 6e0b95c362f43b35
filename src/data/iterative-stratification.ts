import type { Random } from './random';

/**
 * Allots rows with any number of labels to parts so that each part gets its share of every label: iterative
 * stratification (Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", 2011). The label with
 * the fewest rows left goes first, each of its rows to the part that lacks the most of it; rows without labels fill up.
 * Unlike in the paper, no part gets more rows than its size.
 *
 * @param labels of each row
 * @param sizes how many rows each part gets; their sum is the number of rows
 * @param wanted of a label that so many rows have, how many each part should get; may be fractions
 * @param complete a part that gets a row of every label, as long as it has room
 * @returns the part of each row
 */
export function allotByLabels(
  labels: readonly (readonly string[])[],
  sizes: readonly number[],
  wanted: (count: number) => number[],
  random: Random,
  complete?: number,
): Uint32Array {
  const room = [...sizes];
  const partOf = new Uint32Array(labels.length);
  const isAllotted = new Uint8Array(labels.length);
  const order = Array.from(labels.keys());
  random.shuffle(order);

  const waiting = new Map<string, Waiting>();
  for (const row of order) {
    for (const label of labels[row]!) {
      const known = waiting.get(label);
      if (known) known.rows.push(row);
      else waiting.set(label, { rows: [row], left: 0, lacking: [] });
    }
  }
  for (const label of waiting.values()) {
    label.left = label.rows.length;
    label.lacking = wanted(label.left);
  }

  const allot = (row: number, part: number) => {
    partOf[row] = part;
    isAllotted[row] = 1;
    room[part]!--;
    for (const label of labels[row]!) {
      const { lacking } = waiting.get(label)!;
      lacking[part]!--;
      waiting.get(label)!.left--;
    }
  };
  if (complete !== undefined) {
    const seen = new Set<string>();
    const rarestFirst = [...waiting].sort(([, a], [, b]) => a.rows.length - b.rows.length);
    for (const [label, { rows }] of rarestFirst) {
      if (seen.has(label) || room[complete]! <= 0) continue;
      // No row of this label is allotted yet: it would have been seen.
      allot(rows[0]!, complete);
      for (const own of labels[rows[0]!]!) seen.add(own);
    }
  }
  for (let rarest = rarestOf(waiting); rarest; rarest = rarestOf(waiting)) {
    for (const row of rarest.rows) {
      if (!isAllotted[row]) allot(row, neediest(rarest.lacking, room, random));
    }
  }
  for (const row of order) if (!isAllotted[row]) allot(row, neediest(room, room, random));
  return partOf;
}

/** The rows of one label. */
interface Waiting {
  rows: number[];
  /** How many of them are not allotted yet. */
  left: number;
  /** How many each part still lacks; below zero where it got more than its share. */
  lacking: number[];
}

/** Labels come in random order, so the first of several is as good as any. */
function rarestOf(labels: ReadonlyMap<string, Waiting>): Waiting | undefined {
  let rarest: Waiting | undefined;
  for (const label of labels.values()) {
    if (label.left > 0 && !(rarest && rarest.left <= label.left)) rarest = label;
  }
  return rarest;
}

/** Of the parts that have room, the one that lacks the most; of equal ones that with the most room, then by lot. */
function neediest(lacking: readonly number[], room: readonly number[], random: Random): number {
  let best: number[] = [];
  for (let part = 0; part < room.length; part++) {
    if (room[part]! <= 0) continue;
    const than = best[0];
    const order = than === undefined ? 1 : lacking[part]! - lacking[than]! || room[part]! - room[than]!;
    if (order > rounding) best = [part];
    else if (order > -rounding) best.push(part);
  }
  return best.length === 1 ? best[0]! : best[random.integer(best.length)]!;
}

/** Needs that differ by less are equal but for the rounding of floating point. */
const rounding = 1e-9;
