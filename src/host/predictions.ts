import * as vscode from 'vscode';
import { registerChooseModel } from './choose-model';
import { registerCommand } from './commands';
import { InlinePredictions } from './inline-predictions';
import { registerPredictExamples } from './predict-examples';
import { registerPredictFile } from './predict-file';
import { registerPredictSelection } from './predict-selection';
import { registerPredictText } from './predict-text';
import type { Services } from './services';

/** Predictions in editors, of texts being typed and of files, and the choice of the model that makes them. */
export function registerPredictions(services: Services): vscode.Disposable {
  const inline = new InlinePredictions(services);
  return vscode.Disposable.from(
    inline,
    registerPredictSelection(services, inline),
    registerPredictExamples(services, inline),
    registerPredictText(services),
    registerPredictFile(services),
    registerChooseModel(services),
    registerCommand(services.report, 'textclf.clearPredictions', () => inline.clear()),
  );
}
