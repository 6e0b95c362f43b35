import { Growing } from '../../src/store/growing';
import { Units } from '../../src/text/units';
import { chooseVocabulary, type VocabularyLimits } from '../../src/text/vocabulary';

/** Numbers the tokens of texts, and their n-grams, by the vocabulary that they make. */
export function numberTokens(tokenLists: Iterable<readonly string[]>, limits: VocabularyLimits, ngrams = 1) {
  const units = new Units();
  const texts = Array.from(tokenLists, (tokens) => {
    const numbers = new Growing((length) => new Int32Array(length));
    units.count(tokens, ngrams, numbers);
    return numbers.copy();
  });
  const { vocabulary, ids } = chooseVocabulary(units, limits);
  return { vocabulary, texts: texts.map((text) => text.map((unit) => ids[unit]!)) };
}
