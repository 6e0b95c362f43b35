/** How often to look before going to sleep, a tenth of a millisecond: waking up takes longer than most waiting. */
const LOOKS = 20_000;

/**
 * Waits in this thread, which then does nothing else, until a word that another thread sets is as wanted, or nothing has
 * changed for so many milliseconds; returns whether it is. Threads meet a hundredth of a millisecond after the other's
 * store so, and some tenths after a message.
 */
export function waitHere(
  words: Int32Array,
  index: number,
  isWanted: (value: number) => boolean,
  milliseconds: number,
): boolean {
  let value = Atomics.load(words, index);
  for (let i = 0; i < LOOKS && !isWanted(value); i++) value = Atomics.load(words, index);
  while (!isWanted(value)) {
    if (Atomics.wait(words, index, value, milliseconds) === 'timed-out') return false;
    value = Atomics.load(words, index);
  }
  return true;
}
