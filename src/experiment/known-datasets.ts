/** Data sets that are offered by name; `data.hub` takes any other of the Hugging Face Hub too. */

export interface KnownDataset {
  /** As an experiment names it, and the Hub. */
  name: string;
  /** What it is, for a person who chooses. */
  title: string;
  /** Where it has several and none is the default. */
  config?: string;
  /** Columns that are not `text` and `label`. */
  text?: string;
  label?: string;
  /** Splits besides `train`. */
  validation?: string;
  test?: string;
  /** What the Parquet files of each split take, where that is known. */
  bytes?: Readonly<Record<string, number>>;
}

/** Bytes are those of the files that the Hub lists. */
export const knownDatasets: readonly KnownDataset[] = [
  {
    name: 'stanfordnlp/imdb',
    title: 'Film reviews, positive or negative: 25 000 to train on, 25 000 to test with',
    test: 'test',
    bytes: { train: 20_979_968, test: 20_470_363, unsupervised: 41_996_509 },
  },
  {
    name: 'stanfordnlp/sst2',
    title: 'Sentences and phrases of film reviews, positive or negative (its test rows have no labels)',
    text: 'sentence',
    validation: 'validation',
  },
  {
    name: 'fancyzhx/ag_news',
    title: 'News in four topics: 120 000 to train on, 7 600 to test with',
    test: 'test',
  },
  {
    name: 'cornell-movie-review-data/rotten_tomatoes',
    title: 'Sentences of film reviews, positive or negative: 8 530 to train on',
    validation: 'validation',
    test: 'test',
  },
  {
    name: 'dair-ai/emotion',
    title: 'English messages in six emotions: 16 000 to train on',
    config: 'split',
    validation: 'validation',
    test: 'test',
  },
  {
    name: 'CogComp/trec',
    title: 'Questions in six kinds: 5 452 to train on, 500 to test with',
    label: 'coarse_label',
    test: 'test',
  },
  {
    name: 'fancyzhx/dbpedia_14',
    title: 'Wikipedia articles in 14 classes: 560 000 to train on',
    text: 'content',
    test: 'test',
  },
  {
    name: 'fancyzhx/yelp_polarity',
    title: 'Yelp reviews, positive or negative: 560 000 to train on',
    test: 'test',
  },
];

/** The popular data set of this name, if it is one. */
export function knownDataset(name: string): KnownDataset | undefined {
  return knownDatasets.find((dataset) => dataset.name === name);
}
