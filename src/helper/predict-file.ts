import { predictFile as classifyFile } from '../predict/predict-file';
import type { HelperMethods } from '../protocol/helper';
import { withPredictor } from './open-models';
import type { RequestContext } from './serve';

type PredictFile = HelperMethods['predictFile'];

export function predictFile(
  { modelFolder, file, textColumns, output }: PredictFile['params'],
  context: RequestContext,
): Promise<PredictFile['result']> {
  return withPredictor(modelFolder, async (predictor) => ({
    rows: await classifyFile(predictor, { file, textColumns, output, ...context }),
    output,
  }));
}
