import type { HelperMethods } from '../protocol/helper';
import { withPredictor } from './open-models';

type Predict = HelperMethods['predict'];

export function predict({ modelFolder, texts }: Predict['params']): Promise<Predict['result']> {
  return withPredictor(modelFolder, async (predictor) => ({
    predictions: (await predictor.predict(texts)).map(({ label, probability, probabilities }) => ({
      label,
      probability,
      classes: predictor.labels.map((name) => ({ label: name, probability: probabilities[name]! })),
    })),
  }));
}
