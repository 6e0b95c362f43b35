import type { Architecture, EncoderConfig } from './config';

/** What a checkpoint calls a parameter, and whether it holds it the other way round: PyTorch has `[out, in]`. */
export interface CheckpointName {
  readonly name: string;
  readonly transposed: boolean;
}

/** Names of modules, ours to theirs; `N` stands for the number of a layer. */
interface ModuleNames {
  /** What stands before all names but those of `head`, in a checkpoint with a head of its own. */
  readonly prefix: string;
  /** Their only parameter is a weight of rows. */
  readonly tables: Readonly<Record<string, string>>;
  readonly norms: Readonly<Record<string, string>>;
  readonly linears: Readonly<Record<string, string>>;
  /** Linear too. A name that begins with the prefix stands there as it is. */
  readonly head: Readonly<Record<string, string>>;
}

const bert: ModuleNames = {
  prefix: 'bert.',
  tables: {
    embedding: 'embeddings.word_embeddings',
    positions: 'embeddings.position_embeddings',
    tokenTypes: 'embeddings.token_type_embeddings',
  },
  norms: {
    embeddingNorm: 'embeddings.LayerNorm',
    'layers.N.attention.norm': 'encoder.layer.N.attention.output.LayerNorm',
    'layers.N.feedForward.norm': 'encoder.layer.N.output.LayerNorm',
  },
  linears: {
    'layers.N.attention.query': 'encoder.layer.N.attention.self.query',
    'layers.N.attention.key': 'encoder.layer.N.attention.self.key',
    'layers.N.attention.value': 'encoder.layer.N.attention.self.value',
    'layers.N.attention.output': 'encoder.layer.N.attention.output.dense',
    'layers.N.feedForward.hidden': 'encoder.layer.N.intermediate.dense',
    'layers.N.feedForward.output': 'encoder.layer.N.output.dense',
  },
  head: { 'head.dense': 'bert.pooler.dense', 'head.output': 'classifier' },
};

const group = 'encoder.albert_layer_groups.N.albert_layers.0';

const modules: { readonly [Name in Architecture]: ModuleNames } = {
  bert,
  roberta: {
    ...bert,
    prefix: 'roberta.',
    head: { 'head.dense': 'classifier.dense', 'head.output': 'classifier.out_proj' },
  },
  distilbert: {
    prefix: 'distilbert.',
    tables: { embedding: 'embeddings.word_embeddings', positions: 'embeddings.position_embeddings' },
    norms: {
      embeddingNorm: 'embeddings.LayerNorm',
      'layers.N.attention.norm': 'transformer.layer.N.sa_layer_norm',
      'layers.N.feedForward.norm': 'transformer.layer.N.output_layer_norm',
    },
    linears: {
      'layers.N.attention.query': 'transformer.layer.N.attention.q_lin',
      'layers.N.attention.key': 'transformer.layer.N.attention.k_lin',
      'layers.N.attention.value': 'transformer.layer.N.attention.v_lin',
      'layers.N.attention.output': 'transformer.layer.N.attention.out_lin',
      'layers.N.feedForward.hidden': 'transformer.layer.N.ffn.lin1',
      'layers.N.feedForward.output': 'transformer.layer.N.ffn.lin2',
    },
    head: { 'head.dense': 'pre_classifier', 'head.output': 'classifier' },
  },
  albert: {
    prefix: 'albert.',
    tables: bert.tables,
    norms: {
      embeddingNorm: 'embeddings.LayerNorm',
      'layers.N.attention.norm': `${group}.attention.LayerNorm`,
      'layers.N.feedForward.norm': `${group}.full_layer_layer_norm`,
    },
    linears: {
      projection: 'encoder.embedding_hidden_mapping_in',
      'layers.N.attention.query': `${group}.attention.query`,
      'layers.N.attention.key': `${group}.attention.key`,
      'layers.N.attention.value': `${group}.attention.value`,
      'layers.N.attention.output': `${group}.attention.dense`,
      'layers.N.feedForward.hidden': `${group}.ffn`,
      'layers.N.feedForward.output': `${group}.ffn_output`,
    },
    head: { 'head.dense': 'albert.pooler', 'head.output': 'classifier' },
  },
};

/** The names of `*ForSequenceClassification` for every parameter of an encoder and its head, by ours (see names.ts). */
export function checkpointNames(
  config: Pick<EncoderConfig, 'architecture' | 'layers' | 'tokenTypes'>,
): ReadonlyMap<string, CheckpointName> {
  const { prefix, tables, norms, linears, head } = modules[config.architecture];
  // ALBERT has one layer's parameters, whatever its number of layers.
  const layers = config.architecture === 'albert' ? 1 : config.layers;
  const names = new Map<string, CheckpointName>();
  const add = (ours: string, theirs: string, parameters: readonly string[], isLinear: boolean) => {
    for (const parameter of parameters) {
      const transposed = isLinear && parameter === 'weight';
      names.set(`${ours}.${parameter}`, { name: `${theirs}.${parameter}`, transposed });
    }
  };
  for (const [ours, theirs] of Object.entries(tables)) {
    if (ours !== 'tokenTypes' || config.tokenTypes > 0) add(ours, prefix + theirs, ['weight'], false);
  }
  for (const [ofKind, isLinear] of [[norms, false] as const, [linears, true] as const]) {
    for (const [ours, theirs] of Object.entries(ofKind)) {
      for (let layer = 0; layer < (ours.includes('.N.') ? layers : 1); layer++) {
        const numbered = (name: string) => name.replace('.N.', `.${layer}.`);
        add(numbered(ours), prefix + numbered(theirs), ['weight', 'bias'], isLinear);
      }
    }
  }
  for (const [ours, theirs] of Object.entries(head)) add(ours, theirs, ['weight', 'bias'], true);
  return names;
}

/** What stands before the names of an encoder in a checkpoint with a head; a bare encoder's have none: `bert.`. */
export function checkpointPrefix({ architecture }: Pick<EncoderConfig, 'architecture'>): string {
  return modules[architecture].prefix;
}
