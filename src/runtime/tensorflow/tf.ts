import type * as tfjs from '@tensorflow/tfjs-core';

/** TensorFlow.js, whichever package brought it: `@tensorflow/tfjs-node` has all of tfjs-core in it. */
export type Tf = typeof tfjs;
export type TfTensor = tfjs.Tensor;
