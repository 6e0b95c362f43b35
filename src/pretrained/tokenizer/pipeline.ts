import { finderOf } from './added';
import { type TokenizerJson, wordsOf } from './json';
import { modelOf } from './models';
import { normalizerFor } from './normalizers';
import { splitFor } from './split';

export interface Pipeline {
  /** The ids of a text's tokens, without the marks around it. */
  encode(text: string): number[];
  unknownId: number | undefined;
}

/**
 * What a `tokenizer.json` describes: added tokens are taken out of the text, the rest is normalized, tokens that are
 * looked for in normalized text are taken out of it, the rest is cut into words, and each word into pieces.
 *
 * @throws HumanError for a step that is not known here.
 */
export function pipelineOf(json: TokenizerJson): Pipeline {
  const ids = wordsOf(json);
  const normalize = normalizerFor(json.normalizer);
  const split = splitFor(json.pre_tokenizer);
  const { encode, unknownId } = modelOf(json.model);
  const tokens = json.added_tokens;
  const findInText = finderOf(
    tokens.filter(({ normalized }) => !normalized),
    ids,
    (text) => text,
  );
  const findNormalized = finderOf(
    tokens.filter(({ normalized }) => normalized),
    ids,
    normalize,
  );

  return {
    unknownId,
    encode(text) {
      const found: number[] = [];
      for (const part of findInText(text)) {
        if ('id' in part) {
          found.push(part.id);
          continue;
        }
        for (const inner of findNormalized(normalize(part.text))) {
          if ('id' in inner) {
            found.push(inner.id);
            continue;
          }
          for (const word of split(inner.text, part.start === 0 && inner.start === 0)) {
            // No spread: a text without spaces is one word of a million pieces.
            for (const id of encode(word)) found.push(id);
          }
        }
      }
      return found;
    },
  };
}
