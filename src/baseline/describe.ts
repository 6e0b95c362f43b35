import type { FeatureOptions } from './features';

const weightings = { tfidf: 'TF-IDF', naiveBayes: 'log-count ratios' } as const;

/** One line for a person: "TF-IDF of words and pairs, 1,460,515 features, logistic regression". */
export function describeBaseline(
  { weighting, wordNgrams, characterNgrams }: Omit<FeatureOptions, 'sublinear'>,
  features: number,
): string {
  const runs = [wordRuns(wordNgrams), ...(characterNgrams ? [characterRuns(characterNgrams)] : [])];
  return `${weightings[weighting]} of ${runs.join(', ')}, ${features.toLocaleString('en')} features, logistic regression`;
}

function wordRuns([shortest, longest]: readonly [number, number]): string {
  if (shortest === 1 && longest === 1) return 'words';
  if (shortest === 1 && longest === 2) return 'words and pairs';
  return `runs of ${numbers(shortest, longest)} words`;
}

function characterRuns([shortest, longest]: readonly [number, number]): string {
  return `runs of ${numbers(shortest, longest)} characters`;
}

function numbers(shortest: number, longest: number): string {
  return shortest === longest ? String(longest) : `${shortest} to ${longest}`;
}
