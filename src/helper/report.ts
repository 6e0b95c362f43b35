import { dirname } from 'node:path';
import { runnable } from '../experiment/load';
import { parseExperiment } from '../experiment/parse';
import { encoderFolder } from '../inspection/count-tokens';
import { experimentOfDataFile } from '../inspection/data-file-experiment';
import { inspectExperiment } from '../inspection/inspect-experiment';
import type { HelperMethods } from '../protocol/helper';
import type { DataInspectionReport } from '../protocol/inspection';
import { dataVersion } from './data-version';
import { Remembered } from './remembered';
import type { RequestContext } from './serve';

type Report = HelperMethods['report'];

/** Thousands of rows each. */
const remembered = new Remembered<DataInspectionReport>(2);

/** @throws HumanError where the experiment has errors, or its data cannot be read */
export async function report(
  { file, text }: Report['params'],
  { signal, progress }: RequestContext,
): Promise<Report['result']> {
  const experiment =
    text === undefined ? await experimentOfDataFile(file) : runnable(parseExperiment(text, file));
  const folder = dirname(file);
  const { tokenizer, model, training } = experiment;
  const version = await dataVersion(experiment, folder);
  const encoder = encoderFolder(experiment, folder);
  const longest = model.type === 'pretrained' ? model.maxLength : undefined;
  const key = JSON.stringify([version, tokenizer, model.type, encoder, longest, training.classWeights]);
  return remembered.get(key, () => inspectExperiment(experiment, folder, { signal, progress }), signal);
}
