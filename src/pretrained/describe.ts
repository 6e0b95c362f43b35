import { countOf } from '../protocol/count';
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
    `${countOf(layers, 'layer')} of ${hiddenSize} units`,
    countOf(heads, 'head'),
  ].join(', ');
}
