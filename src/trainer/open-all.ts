interface Releasable {
  release(): Promise<void>;
}

type Open = <One extends Releasable>(opening: Promise<One>) => Promise<One>;

/** Opens what belongs together, each by `open`: where one cannot be had, those before it are released. */
export async function openAll<Result>(make: (open: Open) => Promise<Result>): Promise<Result> {
  const opened: Releasable[] = [];
  try {
    return await make(async (opening) => {
      const one = await opening;
      opened.push(one);
      return one;
    });
  } catch (error) {
    await Promise.all(opened.map((one) => one.release()));
    throw error;
  }
}
