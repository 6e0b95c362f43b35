/** Words longer than this are no typing slip, and comparing them would only take time. */
const LONGEST = 100;

/**
 * The candidate that a mistyped word most likely stands for, if any is near enough: one edit for
 * every three letters begun. Case and separators don't count (`hidden_size` is `hiddenSize`); failing that,
 * a candidate that contains the word (`accuracy` in `validation.accuracy`).
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const plainWord = plain(word);
  if (plainWord === '') return undefined;
  const names = [...candidates].filter((candidate) => candidate.length <= LONGEST);
  const ranked = names
    .map((candidate) => ({ candidate, distance: editDistance(plainWord, plain(candidate)) }))
    .filter(({ candidate, distance }) => isSlip(distance, Math.max(word.length, candidate.length)))
    .sort((a, b) => a.distance - b.distance);
  if (ranked[0]) return ranked[0].candidate;
  return plainWord.length < 4 ? undefined : names.find((name) => plain(name).includes(plainWord));
}

/** All candidates, those that are most like the word first. */
export function nearestFirst(word: string, candidates: Iterable<string>): string[] {
  const plainWord = plain(word.slice(0, LONGEST));
  return [...candidates]
    .map((candidate) => ({
      candidate,
      distance: editDistance(plainWord, plain(candidate.slice(0, LONGEST))),
    }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate);
}

/** `Did you mean "x"? `, to stand before the rest of a hint; empty where nothing is near enough. */
export function didYouMeanHint(word: string, candidates: Iterable<string>): string {
  const meant = didYouMean(word, candidates);
  return meant === undefined ? '' : `Did you mean ${quoteName(meant)}? `;
}

/** The name in quotes, fit for a line of a message: control characters escaped, long ones cut. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}

/** Names for a person to choose from: the first twenty. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map(quoteName).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

/** At least one letter has to be right, or "x" would be a slip of "a". */
function isSlip(distance: number, letters: number): boolean {
  return distance <= Math.ceil(letters / 3) && distance < letters;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[\s._-]/g, '');
}

/**
 * How many letters have to be inserted, removed, replaced or swapped with their neighbour to turn one
 * word into the other (the optimal string alignment distance).
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          last[column]! + 1,
          current[column - 1]! + 1,
          last[column - 1]! + (same ? 0 : 1),
          swapped ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
