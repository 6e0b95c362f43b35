import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { openSafetensors } from '../runs/safetensors-reader';
import { saveTokenizer, type Tokenizer } from '../text/tokenizer-file';
import type { Past } from './continue-run';
import type { WeightedStep } from './step';

/**
 * Gives a network the weights that another run's model was saved with.
 *
 * @throws HumanError where its words are others, or its weights cannot be read
 */
export async function continueNetwork(
  { id, model }: Past,
  step: WeightedStep,
  tokenizer: Tokenizer,
): Promise<void> {
  refuseOtherWords(id, join(model, 'tokenizer.json'), tokenizer);
  const saved = openSafetensors(join(model, 'model.safetensors'));
  try {
    await step.writeWeights(({ name, shape }, data) => {
      const entry = saved.entries.get(name);
      if (entry?.dtype !== 'F32' || entry.shape.join() !== shape.join()) {
        throw new HumanError(`It has no weights "${name}" of ${shape.join(' x ')} 32-bit numbers.`, {
          place: { file: saved.path },
          hint: 'The model was changed, or made by another version of TextClf. Train anew, without --continue.',
        });
      }
      saved.read(entry, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    });
  } finally {
    saved.close();
  }
}

/** The same rows give the same words, in the same order, in the same version: each has its row in the table. */
function refuseOtherWords(id: string, file: string, tokenizer: Tokenizer): void {
  let words: string;
  try {
    words = readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
  if (words === saveTokenizer(tokenizer)) return;
  throw new HumanError(`The model of the run ${id} knows other words.`, {
    place: { file },
    hint: 'It was made by another version of TextClf, or with other word vectors. Train anew, without --continue.',
  });
}
