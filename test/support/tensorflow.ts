import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { DeviceExecutor } from '../../src/runtime/executor';
import { tensorflowExecutor } from '../../src/runtime/tensorflow/executor';

// Or it says, in the midst of the tests' output, that the native package would be faster.
tf.env().set('IS_TEST', true);

/** TensorFlow.js on its own JavaScript, which needs nothing to be installed. */
export const javascriptExecutor: DeviceExecutor = tensorflowExecutor(tf, {
  name: `TensorFlow.js ${tf.version_core}, JavaScript`,
  threads: 1,
});

export { tf };
