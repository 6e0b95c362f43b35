/**
 * Reads no further than is wanted.
 *
 * @param read is given what ends it, to be called where a row is handled
 * @returns whether it came to the end
 */
export async function readUntil(read: (stop: () => never) => Promise<void>): Promise<boolean> {
  const enough = new Error('the reading was stopped');
  const reading = read(() => {
    throw enough;
  });
  return reading.then(
    () => true,
    (error: unknown) => {
      if (error === enough) return false;
      throw error;
    },
  );
}
