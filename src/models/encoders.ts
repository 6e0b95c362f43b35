import type { NetworkOptions } from '../experiment/schema';
import { mul } from '../graph/build';
import type { Value } from '../graph/ops';
import type { CellType } from '../nn/cells';
import { convolutions } from '../nn/convolution';
import type { Encoded } from '../nn/pooling';
import { recurrent } from '../nn/recurrent';
import type { Scope } from '../nn/scope';
import { transformer } from '../nn/transformer';

type NetworkType = NetworkOptions['type'];

/** What tells one kind of network from the others: what it makes of the words before they are pooled. */
interface Encoder<Options> {
  /** What it is called in the experiment file and by people. */
  readonly title: string;
  /** Whether dropout stands between the word vectors and the encoder. */
  readonly dropsWords: boolean;
  /** `x [time, batch, features]` and `mask [time, batch, 1]`; no text is longer than `maxLength`. */
  encode(scope: Scope, x: Value, mask: Value, options: Options, maxLength: number): Encoded;
  /** For a person, a few words each. */
  describe(options: Options): string[];
}

const recurrentEncoder = (cell: CellType): Encoder<Extract<NetworkOptions, { type: CellType }>> => ({
  title: cell.toUpperCase(),
  dropsWords: true,
  encode: (scope, x, mask, options) => recurrent(scope, cell, x, mask, { ...options, cell }),
  describe: ({ layers, hiddenSize, bidirectional }) => [
    layersOf(layers, hiddenSize),
    ...(bidirectional ? ['bidirectional'] : []),
  ],
});

export const encoders: {
  readonly [Type in NetworkType]: Encoder<Extract<NetworkOptions, { type: Type }>>;
} = {
  pooled: {
    title: 'Pooled embeddings',
    dropsWords: true,
    encode: (_, states) => ({ states }),
    describe: ({ embedding }) => [`${embedding.size} dimensions`],
  },
  cnn: {
    title: 'CNN',
    dropsWords: false,
    // Padding is zeros to a filter that reaches beyond a text's end, whatever its vector is.
    encode: (scope, x, mask, options) => ({ states: convolutions(scope, 'cnn', mul(x, mask), options) }),
    describe: ({ widths, filters }) => [`${filters} filters of each width ${listed(widths)}`],
  },
  rnn: recurrentEncoder('rnn'),
  gru: recurrentEncoder('gru'),
  lstm: recurrentEncoder('lstm'),
  transformer: {
    title: 'Transformer',
    dropsWords: true,
    encode: (scope, x, mask, options, maxLength) => ({
      states: transformer(scope, 'transformer', x, mask, { ...options, maxLength }),
    }),
    describe: ({ layers, hiddenSize, heads, feedForwardSize, norm, positions }) => [
      layersOf(layers, hiddenSize),
      `${heads} head${heads > 1 ? 's' : ''}`,
      `feed-forward of ${feedForwardSize}`,
      `${norm}-norm`,
      `${positions} positions`,
    ],
  },
};

/** The encoder of these options, with their type known to both. */
export function encoderOf<Type extends NetworkType>(options: { readonly type: Type }) {
  return encoders[options.type] as Encoder<NetworkOptions>;
}

function layersOf(layers: number, units: number): string {
  return `${layers} layer${layers > 1 ? 's' : ''} of ${units} units`;
}

function listed(values: readonly number[]): string {
  return values.length > 1 ? `${values.slice(0, -1).join(', ')} and ${values.at(-1)}` : String(values[0]);
}
