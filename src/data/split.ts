import { allotByLabels } from './iterative-stratification';
import { createRandom } from './random';

/**
 * Draws a share of the rows, every class in proportion, to be held back from training.
 *
 * `fraction × rows`, rounded, are held; what rounding the classes leaves over goes to those with the largest
 * remainders, by lot where they are equal. A class is never held back whole: at least one of its rows stays in `train`, even if that
 * makes `held` smaller. Both parts keep the rows' order, and the same seed draws the same rows.
 *
 * Rows with no or several labels are drawn by iterative stratification, which comes as near to this as it can.
 *
 * @param fraction between 0 and 1
 */
export function stratifiedSplit<T>(
  rows: readonly T[],
  fraction: number,
  seed: number,
  labelsOf: (row: T) => readonly string[],
): { train: T[]; held: T[] } {
  const total = Math.round(rows.length * fraction);
  const classes = groupByLabel(rows, labelsOf);
  const held = classes
    ? draw(
        classes,
        apportion(
          classes.map(({ length }) => ({ quota: length * fraction, least: 0, most: length - 1 })),
          total,
          seed,
        ),
        seed,
        rows.length,
      )
    : drawByLabels(rows, labelsOf, Math.min(total, rows.length - 1), seed, 'rest');
  return {
    train: rows.filter((_, index) => held[index] === 0),
    held: rows.filter((_, index) => held[index] === 1),
  };
}

/**
 * `count` of the rows (all, if there are no more), every class in proportion, in the rows' order. No class is
 * lost while there is room for one row of each.
 */
export function stratifiedSample<T>(
  rows: readonly T[],
  count: number,
  seed: number,
  labelsOf: (row: T) => readonly string[],
): T[] {
  if (count >= rows.length) return [...rows];
  const classes = groupByLabel(rows, labelsOf);
  if (!classes) {
    const drawn = drawByLabels(rows, labelsOf, count, seed, 'drawn');
    return rows.filter((_, index) => drawn[index] === 1);
  }
  const least = classes.length <= count ? 1 : 0;
  const shares = classes.map(({ length }) => ({
    quota: (length * count) / rows.length,
    least,
    most: length,
  }));
  const drawn = draw(classes, apportion(shares, count, seed), seed, rows.length);
  return rows.filter((_, index) => drawn[index] === 1);
}

/**
 * The fold of each row, 0 to `folds - 1`: every class in proportion, and the folds as large as each other, but for
 * one row. Folds that a class has too few rows for have none of it.
 */
export function stratifiedFolds<T>(
  rows: readonly T[],
  folds: number,
  seed: number,
  labelsOf: (row: T) => readonly string[],
): Uint32Array {
  const random = createRandom(seed);
  const classes = groupByLabel(rows, labelsOf);
  if (!classes) {
    const sizes = Array.from({ length: folds }, (_, fold) => Math.floor((rows.length + fold) / folds));
    const wanted = (count: number) => sizes.map((size) => (count * size) / rows.length);
    return allotByLabels(rows.map(labelsOf), sizes, wanted, random);
  }
  const foldOf = new Uint32Array(rows.length);
  // The next class goes on where the one before ended: not all of them have their extra rows in the first folds.
  let fold = random.integer(folds);
  for (const members of classes) {
    random.shuffle(members);
    for (const index of members) {
      foldOf[index] = fold;
      fold = (fold + 1) % folds;
    }
  }
  return foldOf;
}

/** The indices of each class's rows; classes in the order of their first rows. Undefined where rows have not one label each. */
function groupByLabel<T>(
  rows: readonly T[],
  labelsOf: (row: T) => readonly string[],
): number[][] | undefined {
  const groups = new Map<string, number[]>();
  for (const [index, row] of rows.entries()) {
    const [label, ...others] = labelsOf(row);
    if (label === undefined || others.length > 0) return undefined;
    const group = groups.get(label);
    if (group) group.push(index);
    else groups.set(label, [index]);
  }
  return [...groups.values()];
}

/** 1 for each of `total` rows that have their share of every label. Of rare labels, those drawn or the rest get one in any case. */
function drawByLabels<T>(
  rows: readonly T[],
  labelsOf: (row: T) => readonly string[],
  total: number,
  seed: number,
  complete: 'drawn' | 'rest',
): Uint8Array {
  const share = total / rows.length;
  const parts = allotByLabels(
    rows.map(labelsOf),
    [total, rows.length - total],
    (count) => [count * share, count * (1 - share)],
    createRandom(seed),
    complete === 'drawn' ? 0 : 1,
  );
  return Uint8Array.from(parts, (part) => (part === 0 ? 1 : 0));
}

/** Quotas that differ by less are equal but for the rounding of floating point. */
const rounding = 1e-9;

interface Share {
  /** The exact share, a fraction of a row included. */
  quota: number;
  least: number;
  most: number;
}

/**
 * Whole numbers near the quotas that add up to `total` as far as `least` and `most` let them: the method of
 * largest remainders. Which of equal remainders comes first is drawn with the seed.
 */
function apportion(shares: readonly Share[], total: number, seed: number): number[] {
  const given = shares.map(({ quota, least, most }) =>
    Math.min(Math.max(Math.floor(quota + rounding), least), most),
  );
  const order = shares.map((_, i) => i);
  // Not the numbers that `draw` takes for the rows.
  createRandom(seed + 2 ** 32).shuffle(order);
  let left = total - given.reduce((sum, n) => sum + n, 0);
  while (left !== 0) {
    const step = Math.sign(left);
    let chosen = -1;
    let largest = Number.NEGATIVE_INFINITY;
    for (const i of order) {
      const { quota, least, most } = shares[i]!;
      const next = given[i]! + step;
      const need = step * (quota - given[i]!);
      if (next >= least && next <= most && need > largest + rounding) {
        chosen = i;
        largest = need;
      }
    }
    if (chosen < 0) break;
    given[chosen]! += step;
    left -= step;
  }
  return given;
}

/** 1 for each of `counts[i]` random members of each class. */
function draw(
  classes: readonly number[][],
  counts: readonly number[],
  seed: number,
  rows: number,
): Uint8Array {
  const random = createRandom(seed);
  const drawn = new Uint8Array(rows);
  classes.forEach((members, i) => {
    const shuffled = [...members];
    random.shuffle(shuffled);
    for (const index of shuffled.slice(0, counts[i])) drawn[index] = 1;
  });
  return drawn;
}
