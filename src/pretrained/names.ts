/**
 * What the parameters of every architecture are called here. The word table stays outside the graph, see the
 * trainer's row table; `checkpoint-names.ts` says what a checkpoint calls them.
 *
 *     embedding.weight                                             [vocabulary, embeddingSize]
 *     positions.weight, tokenTypes.weight                          [rows, embeddingSize]
 *     embeddingNorm.{weight,bias}                                  [embeddingSize]
 *     projection.{weight,bias}                                     ALBERT: [embeddingSize, hiddenSize]
 *     layers.<i>.attention.{query,key,value,output}.{weight,bias}  [in, out]
 *     layers.<i>.attention.norm.{weight,bias}
 *     layers.<i>.feedForward.{hidden,output}.{weight,bias}
 *     layers.<i>.feedForward.norm.{weight,bias}                    ALBERT: i is 0 for all layers
 *     head.dense.{weight,bias}                                     pooler, pre-classifier or the classifier's dense
 *     head.output.{weight,bias}                                    the classes
 */
export const WORD_TABLE = 'embedding.weight';

/**
 * How far below the head a parameter stands: 0 for the head itself, 1 for the last layer, layers + 1 for the word vectors and
 * what is added to them.
 *
 * @param layers how many layers have parameters of their own: ALBERT's single one is the last
 */
export function depthOf(name: string, layers: number): number {
  if (isOfHead(name)) return 0;
  const layer = /^layers\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? layers + 1 : layers - Number(layer);
}

/** Whether a parameter belongs to the classifier on top instead of to the encoder. */
export function isOfHead(name: string): boolean {
  return name.startsWith('head.');
}
