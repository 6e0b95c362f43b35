import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { loadExperimentTools } from './load-experiment-tools';
import { withoutLinks } from './plain-text';

/** Asks before a training that would download a data set, word vectors or an encoder. False where the person does not want it. */
export async function mayDownload(experimentFile: vscode.Uri, isBaseline: boolean): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(experimentFile);
  const { baselineOf, parseExperiment, downloadQuestion, downloadsOf } = await loadExperimentTools();
  const { experiment } = parseExperiment(document.getText(), experimentFile.fsPath);
  if (!experiment) return true;
  const trained = isBaseline ? baselineOf(experiment) : experiment;
  const asked = downloadQuestion(downloadsOf(trained, dirname(experimentFile.fsPath)));
  if (!asked) return true;
  const { question, detail } = asked;
  const button = 'Download and Train';
  const answer = await vscode.window.showInformationMessage(
    withoutLinks(question),
    { modal: true, detail },
    button,
  );
  return answer === button;
}
