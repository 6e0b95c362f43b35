/** The four architectures; XLM-RoBERTa and CamemBERT are built as RoBERTa. */
export type Architecture = 'bert' | 'roberta' | 'distilbert' | 'albert';

/** What a checkpoint's `config.json` says of its encoder. */
export interface EncoderConfig {
  readonly architecture: Architecture;
  /** As the file names it: `xlm-roberta`. */
  readonly modelType: string;
  readonly vocabularySize: number;
  /** Of a word's vector; only ALBERT's differs from `hiddenSize`. */
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForwardSize: number;
  readonly activation: string;
  /** Of all layer norms. */
  readonly normEpsilon: number;
  /** Rows of the table of positions. */
  readonly positions: number;
  /** The row of a text's first token: 0, or RoBERTa's padding id + 1. */
  readonly firstPosition: number;
  /** Rows of the table of token types; 0 where there is none. */
  readonly tokenTypes: number;
  readonly paddingId: number;
  /** After the embedding, after attention and after feed-forward. */
  readonly dropout: number;
  /** Of the attention's shares. */
  readonly attentionDropout: number;
  /** Before the last linear layer. */
  readonly headDropout: number;
  /** The standard deviation that new weights are drawn with. */
  readonly initializerRange: number;
  /** The whole file, for the model that training writes. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** No text can have more tokens. */
export function longestText({ positions, firstPosition }: EncoderConfig): number {
  return positions - firstPosition;
}
