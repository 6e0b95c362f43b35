import { resolve } from 'node:path';
import { cachedVectors, knownVectors, vectorsDownload } from '../experiment/known-vectors';
import { download } from '../hub/download';
import { downloadEvents } from './download-events';
import { enterPhase, type RunContext } from './run-context';

/** Where the word vectors are that an experiment names: its own file, or a download in the cache. */
export function vectorsFile(vectors: string, folder: string): string {
  const known = knownVectors(vectors);
  return known ? cachedVectors(known) : resolve(folder, vectors);
}

/**
 * Downloads the word vectors that the run's experiment names, unless it names none or they are there.
 *
 * @throws HumanError where they cannot be had
 */
export async function fetchVectors(
  context: Pick<RunContext, 'experiment' | 'writer' | 'signal'>,
): Promise<void> {
  const missing = vectorsDownload(context.experiment);
  if (!missing) return;
  const { url, md5 } = knownVectors(missing.name)!;
  enterPhase(context, 'downloading');
  const tell = downloadEvents(context.writer, missing.name);
  await download(
    { ...missing, url, checksum: { algorithm: 'md5', hex: md5 } },
    { signal: context.signal, progress: (done) => tell(done, missing.bytes) },
  );
}
