import type { Experiment } from '../experiment/schema';
import { type DataFacts, readDataFacts } from '../trainer/check-experiment';
import { dataVersion } from './data-version';
import { Remembered } from './remembered';

/** Of so many experiments. */
const remembered = new Remembered<DataFacts>(8);

/**
 * As `readDataFacts`, but reads the files only where they or the options that tell how to read them have changed:
 * while somebody edits the model, nothing is read again.
 */
export async function rememberedFacts(
  experiment: Experiment,
  folder: string,
  signal?: AbortSignal,
): Promise<DataFacts> {
  const version = await dataVersion(experiment, folder);
  return remembered.get(version, () => readDataFacts(experiment, folder, signal), signal);
}
