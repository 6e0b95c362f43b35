import type { Architecture, EncoderConfig } from './config';

const titles: { readonly [Name in Architecture]: string } = {
  bert: 'BERT',
  roberta: 'RoBERTa',
  distilbert: 'DistilBERT',
  albert: 'ALBERT',
};

/** One line for a person: "DistilBERT, 6 layers of 768 units, 12 heads". */
export function describeEncoder({ architecture, layers, hiddenSize, heads }: EncoderConfig): string {
  return [
    titles[architecture],
    `${layers} layer${layers > 1 ? 's' : ''} of ${hiddenSize} units`,
    `${heads} head${heads > 1 ? 's' : ''}`,
  ].join(', ');
}
