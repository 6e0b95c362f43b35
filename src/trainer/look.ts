import type { RowSpace } from './row-space';

/**
 * Finds the distinct rows of a batch of training, and the tokens of each, up to token number `end`, from where the last look
 * stopped. One thread at a time; all tokens have to be looked at before gradients are summed up.
 *
 * @param movesEveryRow whether the step moves all rows: then each has its place among them already
 */
export function look(space: RowSpace, width: number, movesEveryRow: boolean, end: number): void {
  const { ids, nextToken, named, touched, gradientAt, gradient, sums, lastToken, progress } = space;
  const { starts, counts } = progress;
  const batchStart = starts[0]!;
  const stepStart = starts[1]!;
  // Once for all: looking up an offset takes longer than the rest.
  const gradients = sums?.byteOffset ?? gradient.byteOffset;
  let namedCount = counts[1]!;
  let touchedCount = counts[2]!;
  for (let i = counts[0]!; i < end; i++) {
    const row = ids[i]!;
    if (row === 0) continue;
    const last = lastToken[row]!;
    lastToken[row] = batchStart + i + 1;
    nextToken[i] = 0;
    if (last > batchStart) {
      nextToken[last - batchStart - 1] = i;
      continue;
    }
    named[namedCount++] = i;
    // Another batch of the step has it already.
    if (last > stepStart) continue;
    const at = movesEveryRow ? row - 1 : touchedCount++;
    touched[at] = row;
    gradientAt[at] = gradients + 4 * width * (sums ? row : i);
    sums?.fill(0, row * width, (row + 1) * width);
  }
  counts[1] = namedCount;
  counts[2] = touchedCount;
  Atomics.store(counts, 0, end);
  Atomics.notify(counts, 0);
}
