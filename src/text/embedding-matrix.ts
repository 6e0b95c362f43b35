import { HumanError } from '../protocol/human-error';
import { readVectors } from './vectors';
import { paddingId, unknownId, type Vocabulary } from './vocabulary';

export interface EmbeddingMatrix {
  /** [vocabulary.size, size], row by row. */
  matrix: Float32Array;
  size: number;
  /** How many of the vocabulary's words the file has; the unknown word is none. */
  found: number;
}

/**
 * The start of an embedding table from pretrained word vectors. The padding row is zero. The unknown word
 * and words that the file lacks are drawn from a normal distribution of mean 0 and the standard deviation of
 * the found vectors' numbers, so that they are as long as the others.
 *
 * @throws HumanError for an unreadable file, and for one that has none of the words
 */
export async function embeddingMatrix(
  vocabulary: Vocabulary,
  vectorsFile: string,
  random: { normal(): number },
): Promise<EmbeddingMatrix> {
  const rows = new Map(vocabulary.words.map((word, id) => [word, id]));
  const isFound = new Uint8Array(vocabulary.size);
  let matrix = new Float32Array(0);
  let sum = 0;
  let squares = 0;
  const { size, found: read } = await readVectors(
    vectorsFile,
    (word) => {
      const row = rows.get(word);
      return row === paddingId ? undefined : row;
    },
    (row, vector) => {
      if (matrix.length === 0) matrix = new Float32Array(vocabulary.size * vector.length);
      matrix.set(vector, row * vector.length);
      isFound[row] = 1;
      for (const value of vector) {
        sum += value;
        squares += value * value;
      }
    },
  );
  const found = read - isFound[unknownId]!;
  if (found === 0) {
    throw new HumanError("this file has a vector for none of the vocabulary's words", {
      place: { file: vectorsFile },
      hint: 'Are the vectors of the same language? Most hold lower-case words only: see tokenizer.lowercase.',
    });
  }
  const mean = sum / (read * size);
  const deviation = Math.sqrt(Math.max(squares / (read * size) - mean * mean, 0));
  for (let row = 0; row < vocabulary.size; row++) {
    if (row === paddingId || isFound[row]) continue;
    for (let i = row * size; i < (row + 1) * size; i++) matrix[i] = deviation * random.normal();
  }
  return { matrix, size, found };
}
