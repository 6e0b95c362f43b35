import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { loadExperimentTools } from './load-experiment-tools';

/** Asks before a training that would download word vectors. False where the person does not want it. */
export async function mayDownload(experimentFile: vscode.Uri): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(experimentFile);
  const { parseExperiment, possibleDownloads } = await loadExperimentTools();
  const { experiment } = parseExperiment(document.getText(), experimentFile.fsPath);
  const downloads = experiment ? possibleDownloads(experiment) : [];
  const [first] = downloads;
  if (!first) return true;
  const list = downloads.map(({ name, bytes }) => `${name} (${Math.round(bytes / 1e6)} MB)`).join(', ');
  const question = `Download the word vectors ${list}?`;
  const detail = `This experiment starts from them. They are downloaded once and kept in ${dirname(first.file)}.`;
  const button = 'Download and Train';
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, button)) === button;
}
