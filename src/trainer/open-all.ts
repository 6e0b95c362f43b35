interface Releasable {
  release(): Promise<void>;
}

type Keep = <One extends Releasable>(one: One) => One;

/** Opens what belongs together, handing each to `keep` at once: where one cannot be had, those before it are released. */
export async function openAll<Result>(make: (keep: Keep) => Promise<Result>): Promise<Result> {
  const opened: Releasable[] = [];
  try {
    return await make((one) => {
      opened.push(one);
      return one;
    });
  } catch (error) {
    await Promise.all(opened.map((one) => one.release()));
    throw error;
  }
}
