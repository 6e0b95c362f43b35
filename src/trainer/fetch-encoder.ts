import type { PretrainedOptions } from '../experiment/schema';
import { type FetchedEncoder, fetchEncoder } from '../hub/encoder-files';
import { downloadEvents } from './download-events';
import { enterPhase, type RunContext } from './run-context';

/** What the revisions of encoders were when this process first looked: one commit for all runs of a group. */
const commits = new Map<string, string>();

/**
 * The folder of the checkpoint that an experiment names, after downloading what is missing of it. A branch is looked up
 * once a process.
 *
 * @throws HumanError where it cannot be had
 */
export async function fetchRunEncoder(
  { folder, writer, signal }: Pick<RunContext, 'folder' | 'writer' | 'signal'>,
  { encoder, revision }: PretrainedOptions,
): Promise<FetchedEncoder> {
  const name = JSON.stringify([encoder, revision]);
  const found = await fetchEncoder({
    ...{ encoder, revision: commits.get(name) ?? revision, folder, signal },
    onTotal: () => enterPhase({ writer }, 'downloading'),
    progress: downloadEvents(writer, encoder),
  });
  if (found.commit !== undefined) commits.set(name, found.commit);
  if (found.warning !== undefined) writer.emit({ type: 'warning', message: found.warning });
  return found;
}
