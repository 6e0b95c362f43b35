/** Encoders that are offered by name; `model.encoder` takes any other of the Hugging Face Hub too. */

export interface KnownEncoder {
  /** As an experiment names it, and the Hub. */
  name: string;
  /** What it is, for a person who chooses. */
  title: string;
  /** What its download takes, about: the weights (model.safetensors) and the tokenizer's files. */
  bytes: number;
}

/** The popular ones whose weights the Hub has as safetensors, those that one should try first before the others. */
export const knownEncoders: readonly KnownEncoder[] = [
  {
    name: 'distilbert-base-uncased',
    title: 'DistilBERT, English, lower case: 6 layers, 66 M parameters. A good first choice',
    bytes: 268_800_000,
  },
  {
    name: 'sentence-transformers/all-MiniLM-L6-v2',
    title: 'MiniLM, English, lower case: 6 small layers, 22 M parameters. The fastest',
    bytes: 91_600_000,
  },
  {
    name: 'bert-base-uncased',
    title: 'BERT, English, lower case: 12 layers, 110 M parameters',
    bytes: 441_100_000,
  },
  {
    name: 'bert-base-cased',
    title: 'BERT, English, minds capitals: 12 layers, 108 M parameters',
    bytes: 436_400_000,
  },
  {
    name: 'roberta-base',
    title: 'RoBERTa, English, minds capitals: 12 layers, 125 M parameters. More accurate than BERT',
    bytes: 501_700_000,
  },
  {
    name: 'distilroberta-base',
    title: 'DistilRoBERTa, English, minds capitals: 6 layers, 82 M parameters',
    bytes: 333_800_000,
  },
  {
    name: 'albert-base-v2',
    title:
      'ALBERT, English, lower case: 12 layers that share their weights, 12 M parameters. Small, not fast',
    bytes: 49_500_000,
  },
  {
    name: 'BAAI/bge-small-en-v1.5',
    title: 'BGE small, English, lower case: 12 small layers, 33 M parameters',
    bytes: 134_400_000,
  },
  {
    name: 'intfloat/e5-small-v2',
    title: 'E5 small, English, lower case: 12 small layers, 33 M parameters',
    bytes: 134_400_000,
  },
  {
    name: 'xlm-roberta-base',
    title: 'XLM-RoBERTa, a hundred languages: 12 layers, 278 M parameters',
    bytes: 1_130_000_000,
  },
];

/** The popular encoder of this name, if it is one. */
export function knownEncoder(name: string): KnownEncoder | undefined {
  return knownEncoders.find((encoder) => encoder.name === name);
}
