import { knownVectors } from '../experiment/known-vectors';
import { OptionError } from '../experiment/option-error';
import type { NetworkOptions } from '../experiment/schema';
import { readVectorSize } from '../text/vectors';
import { vectorsFile } from './vectors-file';

/**
 * Whether the word vectors, if there are any, can be read and have the size that the experiment
 * says: by their name or their first line, before anything else is done.
 *
 * @throws OptionError for another size, HumanError for a file that cannot be read
 */
export async function checkVectors(
  { vectors, size }: NetworkOptions['embedding'],
  folder: string,
): Promise<void> {
  if (vectors === undefined) return;
  const found = knownVectors(vectors)?.size ?? (await readVectorSize(vectorsFile(vectors, folder)));
  if (found === size) return;
  throw new OptionError(
    `the word vectors of ${vectors} have ${found} numbers each, but model.embedding.size is ${size}`,
    ['model', 'embedding', 'size'],
    `Set "size": ${found} in model.embedding, or use other vectors.`,
    [{ type: 'set', values: [found] }],
  );
}
