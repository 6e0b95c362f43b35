import type { HelperMethods, TextPrediction } from '../protocol/helper';
import { withPredictor } from './open-models';
import type { RequestContext } from './serve';

type Predict = HelperMethods['predict'];

/** Texts between two looks at whether the answer is still wanted. */
const blockSize = 256;

export function predict(
  { modelFolder, texts }: Predict['params'],
  { signal }: RequestContext,
): Promise<Predict['result']> {
  return withPredictor(modelFolder, async (predictor) => {
    const predictions: TextPrediction[] = [];
    for (let start = 0; start < texts.length; start += blockSize) {
      signal.throwIfAborted();
      const results = await predictor.predict(texts.slice(start, start + blockSize));
      for (const { labels, label, probability, probabilities } of results) {
        const classes = predictor.labels.map((name) => ({ label: name, probability: probabilities[name]! }));
        predictions.push({ labels, label, probability, classes });
      }
    }
    return { predictions };
  });
}
