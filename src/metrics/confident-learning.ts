/**
 * Confident learning: which rows have a wrong label, from out-of-sample probabilities. Northcutt, Jiang and Chuang,
 * "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021), pruned by noise rate and ranked by
 * the normalized margin, with the choices of cleanlab 2.9's `find_label_issues`.
 */

/** A row whose label is likely wrong. */
export interface Suspect {
  row: number;
  /** The most probable class, which is not the given one. */
  suggested: number;
  /** The normalized margin of the given label, from 0 (surely wrong) to 0.5. */
  score: number;
}

export interface LabelNoise {
  /** The likeliest first. */
  suspects: Suspect[];
  /** `joint[given][true]`: about how many rows there are of each; a row's sum is how many rows were given that class. */
  joint: number[][];
}

/** What is closer than this counts as equal. */
const tolerance = 1e-6;

/**
 * @param given the class of each row, as it is labelled
 * @param probabilities `[rows, classes]`, by a model that was not trained on the very row
 */
export function findLabelIssues(
  given: readonly number[],
  probabilities: ArrayLike<number>,
  classes: number,
): LabelNoise {
  const share = (row: number, label: number) => probabilities[row * classes + label]!;
  const members = Array.from({ length: classes }, (): number[] => []);
  for (const [row, label] of given.entries()) members[label]!.push(row);
  const thresholds = members.map((rows, label) => confidentFrom(rows.map((row) => share(row, label))));
  const confident = confidentJoint(given, share, thresholds);
  const joint = calibrate(
    confident,
    members.map((rows) => rows.length),
  );
  const flagged = new Set(members.flatMap((rows, label) => prune(rows, label, joint[label]!, share)));
  const suspects = [...flagged].flatMap((row) => {
    const label = given[row]!;
    const rival = mostProbableBut(label, row, classes, share);
    const margin = share(row, label) - share(row, rival);
    // The model itself rather agrees with the label.
    return margin + tolerance >= 0 ? [] : [{ row, suggested: rival, score: (margin + 1) / 2 }];
  });
  return { suspects: suspects.sort((a, b) => a.score - b.score || a.row - b.row), joint };
}

/**
 * The same for rows of several labels: one judgement a label, of whether the rows have it (1) or not (0).
 *
 * @param given the numbers of each row's labels
 * @param probabilities `[rows, labels]`
 */
export function findIssuesOfEachLabel(
  given: readonly (readonly number[])[],
  probabilities: ArrayLike<number>,
  labels: number,
): LabelNoise[] {
  return Array.from({ length: labels }, (_, label) => {
    const pairs = new Float64Array(2 * given.length);
    for (let row = 0; row < given.length; row++) {
      const share = probabilities[row * labels + label]!;
      pairs.set([1 - share, share], 2 * row);
    }
    return findLabelIssues(
      given.map((ofRow) => Number(ofRow.includes(label))),
      pairs,
      2,
    );
  });
}

/** The estimated share of rows whose label is wrong. */
export function noiseShare({ joint }: Pick<LabelNoise, 'joint'>): number {
  const total = sum(joint.map(sum));
  const right = sum(joint.map((rows, label) => rows[label]!));
  return total === 0 ? 0 : 1 - right / total;
}

/** No probability reaches it: nothing is confidently of a class that no row was given. */
const unreachable = 2;

/** From which probability on a row counts as confidently of a class: what its own rows get on average. */
function confidentFrom(shares: readonly number[]): number {
  if (shares.length === 0) return unreachable;
  return Math.max(2 * tolerance, sum(shares) / shares.length);
}

/** How many rows of each given class are confidently of each class; of several such classes the most probable counts. */
function confidentJoint(
  given: readonly number[],
  share: (row: number, label: number) => number,
  thresholds: readonly number[],
): number[][] {
  const joint = thresholds.map(() => thresholds.map(() => 0));
  for (const [row, label] of given.entries()) {
    let [guess, found, largest] = [-1, 0, 0];
    for (let other = 0; other < thresholds.length; other++) {
      if (share(row, other) > share(row, largest)) largest = other;
      if (share(row, other) < thresholds[other]! - tolerance) continue;
      found++;
      if (guess < 0) guess = other;
    }
    if (found > 0) joint[label]![found > 1 ? largest : guess]!++;
  }
  // Each class has one row at least that is what it says.
  for (let label = 0; label < joint.length; label++) joint[label]![label] ||= 1;
  return joint;
}

/** Stretches the counts of each given class to the number of its rows, in whole numbers. */
function calibrate(confident: readonly (readonly number[])[], counts: readonly number[]): number[][] {
  return confident.map((row, label) => {
    const total = sum(row);
    return roundKeepingSum(row.map((value) => (value / total) * counts[label]!));
  });
}

/** Rounds so that the sum stays what it was, rounded: what was rounded the furthest gives way first. */
function roundKeepingSum(values: readonly number[]): number[] {
  const rounded = values.map(roundHalfToEven);
  const wanted = Math.round(sum(values));
  let missing = wanted - sum(rounded);
  const byLoss = values
    .map((_, i) => i)
    .sort((a, b) => values[a]! - rounded[a]! - (values[b]! - rounded[b]!));
  if (missing > 0) byLoss.reverse();
  for (const i of byLoss) {
    if (missing === 0) break;
    rounded[i]! += Math.sign(missing);
    missing -= Math.sign(missing);
  }
  return rounded;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * Of the rows of one class, for each other class as many as the joint says are truly of that one: those with the
 * largest margin over the given class. One row is left at least.
 */
function prune(
  rows: readonly number[],
  label: number,
  joint: readonly number[],
  share: (row: number, label: number) => number,
): number[] {
  if (rows.length <= 1) return [];
  const counts = keepOne(joint, label);
  return counts.flatMap((wrong, other) => {
    if (other === label || wrong === 0) return [];
    const margin = (row: number) => share(row, other) - share(row, label);
    return [...rows].sort((a, b) => margin(b) - margin(a) || a - b).slice(0, wrong);
  });
}

/** Where no row would be left that is what it says, the others give way evenly. */
function keepOne(joint: readonly number[], label: number): number[] {
  const lacking = Math.max(0, 1 - joint[label]!);
  const others = Math.max(1, joint.filter((rows) => rows !== 0).length - 1);
  return joint.map((rows, other) =>
    other === label ? rows + lacking : Math.floor(Math.max(0, rows - lacking / others)),
  );
}

function mostProbableBut(
  label: number,
  row: number,
  classes: number,
  share: (row: number, label: number) => number,
): number {
  let best = label === 0 ? 1 : 0;
  for (let other = 0; other < classes; other++) {
    if (other !== label && share(row, other) > share(row, best)) best = other;
  }
  return best;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
