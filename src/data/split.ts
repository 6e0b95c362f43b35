import { createRandom } from './random';

/**
 * Draws a share of the rows, every class in proportion, to be held back from training.
 *
 * `fraction × rows`, rounded, are held; what rounding the classes leaves over goes to those with the largest
 * remainders, by lot where they are equal. A class is never held back whole: at least one of its rows stays in `train`, even if that
 * makes `held` smaller. Both parts keep the rows' order, and the same seed draws the same rows.
 *
 * @param fraction between 0 and 1
 */
export function stratifiedSplit<T>(
  rows: readonly T[],
  fraction: number,
  seed: number,
  labelOf: (row: T) => string,
): { train: T[]; held: T[] } {
  const classes = groupByLabel(rows, labelOf);
  const total = Math.round(rows.length * fraction);
  const held = draw(
    classes,
    apportion(
      classes.map((members) => ({ quota: members.length * fraction, least: 0, most: members.length - 1 })),
      total,
      seed,
    ),
    seed,
  );
  return {
    train: rows.filter((_, index) => !held.has(index)),
    held: rows.filter((_, index) => held.has(index)),
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
  labelOf: (row: T) => string,
): T[] {
  if (count >= rows.length) return [...rows];
  const classes = groupByLabel(rows, labelOf);
  const least = classes.length <= count ? 1 : 0;
  const shares = classes.map((members) => ({
    quota: (members.length * count) / rows.length,
    least,
    most: members.length,
  }));
  const drawn = draw(classes, apportion(shares, count, seed), seed);
  return rows.filter((_, index) => drawn.has(index));
}

/** The indices of each class's rows; classes in the order of their first rows. */
function groupByLabel<T>(rows: readonly T[], labelOf: (row: T) => string): number[][] {
  const groups = new Map<string, number[]>();
  rows.forEach((row, index) => {
    const label = labelOf(row);
    const group = groups.get(label);
    if (group) group.push(index);
    else groups.set(label, [index]);
  });
  return [...groups.values()];
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

/** `counts[i]` random members of each class. */
function draw(classes: readonly number[][], counts: readonly number[], seed: number): Set<number> {
  const random = createRandom(seed);
  const drawn = new Set<number>();
  classes.forEach((members, i) => {
    const shuffled = [...members];
    random.shuffle(shuffled);
    for (const index of shuffled.slice(0, counts[i])) drawn.add(index);
  });
  return drawn;
}
