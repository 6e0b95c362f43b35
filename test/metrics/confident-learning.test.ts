import { describe, expect, it } from 'vitest';
import { findIssuesOfEachLabel, findLabelIssues, noiseShare } from '../../src/metrics/confident-learning';
import fixture from '../fixtures/cleanlab.json';

/** As the fixture says: in its snippet's order of operations, to the last bit. */
function probabilitiesOf(p10000: readonly number[][], perClass: (label: number) => number): Float64Array {
  return Float64Array.from(
    p10000.flatMap((shares, row) =>
      shares.map((share, label) => share / 10000 + row * 1e-9 * perClass(label)),
    ),
  );
}

const single = fixture.cases.filter(({ task }) => task === 'single-label');
const multi = fixture.cases.filter(({ task }) => task === 'multi-label');

describe('confident learning finds what cleanlab finds', () => {
  it.each(single.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const probabilities = probabilitiesOf(one.p10000, (label) => label);
    const found = findLabelIssues(one.given as number[], probabilities, one.classes);
    expect(found.joint).toEqual(one.joint);
    expect(found.suspects.map(({ row }) => row)).toEqual(one.ranked);
    expect(noiseShare(found)).toBeCloseTo(one.noise!, 12);
  });

  it.each(multi.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const probabilities = probabilitiesOf(one.p10000, () => 1);
    const found = findIssuesOfEachLabel(one.given as number[][], probabilities, one.classes);
    expect(found.map(({ suspects }) => suspects.map(({ row }) => row))).toEqual(one.ranked);
  });

  it('is about something: every case but the clean ones has rows', () => {
    expect(single.filter(({ ranked }) => ranked.length > 5).length).toBeGreaterThan(6);
    expect(multi.every(({ ranked }) => ranked.every((rows) => (rows as number[]).length > 0))).toBe(true);
  });
});

describe('a suspect', () => {
  // Ten sure rows of each of two classes; row 3 is most probably of the other one.
  const given = Array.from({ length: 20 }, (_, row) => Number(row >= 10));
  const sure = given.map((label, row) => {
    const own = row === 3 ? 0.02 : 0.95;
    return label === 0 ? [own, 1 - own] : [1 - own, own];
  });

  it('names the class that the model would give, and how far that is from the given one', () => {
    const { suspects, joint } = findLabelIssues(given, sure.flat(), 2);
    expect(suspects).toEqual([{ row: 3, suggested: 1, score: expect.closeTo((0.02 - 0.98 + 1) / 2, 12) }]);
    expect(joint).toEqual([
      [9, 1],
      [0, 10],
    ]);
  });

  it('is none that the model gives its own label', () => {
    const { suspects } = findLabelIssues(
      given,
      given.flatMap((label) => (label ? [0.4, 0.6] : [0.6, 0.4])),
      2,
    );
    expect(suspects).toEqual([]);
  });

  it('does not depend on the order of rows', () => {
    const one = single[0]!;
    const rows = one.p10000.map((_, row) => row).reverse();
    const probabilities = probabilitiesOf(one.p10000, (label) => label);
    const turned = rows.flatMap((row) => [
      ...probabilities.subarray(row * one.classes, (row + 1) * one.classes),
    ]);
    const { suspects } = findLabelIssues(
      rows.map((row) => (one.given as number[])[row]!),
      turned,
      one.classes,
    );
    expect(suspects.map(({ row }) => rows[row]!)).toEqual(one.ranked);
  });

  it('is found in no rows, and in rows of one class alone, without trouble', () => {
    expect(findLabelIssues([], [], 3).suspects).toEqual([]);
    expect(noiseShare(findLabelIssues([], [], 3))).toBe(0);
    expect(findLabelIssues([0, 0], [0.1, 0.9, 0.2, 0.8], 2).joint).toEqual([
      [2, 0],
      [0, 0],
    ]);
  });
});
