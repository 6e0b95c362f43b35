import { createRandom } from '../../src/data/random';
import type { Architecture, EncoderConfig } from '../../src/pretrained/config';
import type { PretrainedStep } from '../../src/trainer/pretrained-step';

/** An encoder small enough for a test: three layers of 12 units. */
export function tinyConfig(architecture: Architecture, changes: Partial<EncoderConfig> = {}): EncoderConfig {
  const isRoberta = architecture === 'roberta';
  return {
    architecture,
    modelType: architecture,
    vocabularySize: 20,
    embeddingSize: architecture === 'albert' ? 8 : 12,
    hiddenSize: 12,
    layers: 3,
    heads: 3,
    feedForwardSize: 16,
    activation: 'gelu',
    normEpsilon: 1e-12,
    positions: 12 + (isRoberta ? 2 : 0),
    firstPosition: isRoberta ? 2 : 0,
    tokenTypes: architecture === 'distilbert' ? 0 : 2,
    paddingId: isRoberta ? 1 : 0,
    dropout: 0,
    attentionDropout: 0,
    headDropout: 0,
    initializerRange: 0.02,
    json: {},
    ...changes,
  };
}

/** Draws all weights anew, from the normal distribution; row 0 of the table stays padding. */
export function randomWeights({ parameters, table }: PretrainedStep, seed = 3): void {
  const random = createRandom(seed);
  const fill = (data: Float32Array, from = 0) => {
    for (let i = from; i < data.length; i++) data[i] = 0.3 * random.normal();
  };
  for (const { data } of Object.values(parameters.values)) fill(data as Float32Array);
  fill(table.table, table.width);
}
