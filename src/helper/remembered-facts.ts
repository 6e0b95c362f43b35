import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Experiment } from '../experiment/schema';
import { type DataFacts, readDataFacts } from '../trainer/check-experiment';
import { dataFiles } from '../trainer/data-files';

/** How many experiments' data is remembered. */
const mostRemembered = 8;

/** By what it was read from, the oldest first. What was wrong is remembered as well. */
const remembered = new Map<string, { facts: DataFacts } | { error: unknown }>();

/**
 * As `readDataFacts`, but reads the files only where they or the options that tell how to read them have changed:
 * while somebody edits the model, nothing is read again.
 */
export async function rememberedFacts(
  experiment: Experiment,
  folder: string,
  signal?: AbortSignal,
): Promise<DataFacts> {
  const key = await keyOf(experiment, folder);
  const known = remembered.get(key) ?? (await read(experiment, folder, signal));
  remembered.delete(key);
  remembered.set(key, known);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= mostRemembered) break;
    remembered.delete(oldest);
  }
  if ('error' in known) throw known.error;
  return known.facts;
}

async function read(experiment: Experiment, folder: string, signal: AbortSignal | undefined) {
  try {
    return { facts: await readDataFacts(experiment, folder, signal) };
  } catch (error) {
    // Not the data's fault.
    signal?.throwIfAborted();
    return { error };
  }
}

/** Everything that the facts depend on. */
async function keyOf({ data, training: { seed } }: Experiment, folder: string): Promise<string> {
  const { train, validation, test = [] } = dataFiles(data);
  const named = [train, validation, test].flat();
  const files = named.filter((name) => typeof name === 'string').map((name) => resolve(folder, name));
  const versions = files.map(async (file) => {
    const found = await stat(file).catch(() => undefined);
    return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : '';
  });
  return JSON.stringify([data, seed, folder, await Promise.all(versions)]);
}
