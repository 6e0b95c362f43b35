import type { Experiment } from '../experiment/schema';
import { fetchDataset } from '../hub/dataset-files';
import type { DatasetOptions } from '../hub/dataset-splits';
import { listNames } from '../protocol/did-you-mean';
import type { RunRecord } from '../runs/record';
import { asOptionError } from './data-files';
import { downloadEvents } from './download-events';
import { enterPhase, type RunContext } from './run-context';

/** The data sets that this process has looked up: one commit for all runs of a group. */
const fetched = new Map<string, NonNullable<RunRecord['dataset']>>();

/**
 * Downloads what is missing of the data set of the Hub that an experiment names; does nothing where it names files. A
 * branch is looked up once a process.
 *
 * @throws HumanError where it cannot be had
 */
export async function fetchRunDataset(
  { writer, signal }: Pick<RunContext, 'writer' | 'signal'>,
  { data: { hub } }: Experiment,
): Promise<void> {
  if (!hub) return;
  const key = JSON.stringify(hub);
  const dataset = fetched.get(key) ?? (await lookUp({ writer, signal }, hub));
  fetched.set(key, dataset);
  // What a branch was when it was trained on.
  writer.update({ dataset });
}

async function lookUp(
  { writer, signal }: Pick<RunContext, 'writer' | 'signal'>,
  hub: DatasetOptions,
): Promise<NonNullable<RunRecord['dataset']>> {
  try {
    const { commit, config, partial, warning } = await fetchDataset({
      ...{ dataset: hub, signal },
      onTotal: () => enterPhase({ writer }, 'downloading'),
      progress: downloadEvents(writer, hub.dataset),
    });
    if (warning !== undefined) writer.emit({ type: 'warning', message: warning });
    if (partial.length > 0) {
      const message = `Of ${hub.dataset}, the Hub has converted only the beginning: ${listNames(partial)} has not all of its rows.`;
      writer.emit({ type: 'warning', message });
    }
    return { name: hub.dataset, config, commit };
  } catch (error) {
    signal.throwIfAborted();
    throw asOptionError(error);
  }
}
