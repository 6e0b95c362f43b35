import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Experiment } from '../experiment/schema';
import { loadExperimentTools } from './load-experiment-tools';

/** Asks before a training that would download word vectors. False where the person does not want it. */
export async function mayDownload(experimentFile: vscode.Uri): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(experimentFile);
  const { parseExperiment, vectorsDownload } = await loadExperimentTools();
  const { experiment } = parseExperiment(document.getText(), experimentFile.fsPath);
  const downloads = (experiment ? experimentsToRead(experiment) : []).flatMap(
    (one) => vectorsDownload(one) ?? [],
  );
  const [first] = downloads;
  if (!first) return true;
  const list = downloads.map(({ name, bytes }) => `${name} (${Math.round(bytes / 1e6)} MB)`).join(', ');
  const question = `Download the word vectors ${list}?`;
  const detail = `This experiment starts from them. They are downloaded once and kept in ${dirname(first.file)}.`;
  const button = 'Download and Train';
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, button)) === button;
}

/** The experiment, and as it is with each text that its search may put in the place of the vectors. */
function experimentsToRead(experiment: Experiment): Experiment[] {
  const { model, search } = experiment;
  const names = new Set(textsIn(search?.options));
  if (model.type === 'baseline') return [];
  const own = model.embedding.vectors;
  if (own !== undefined) names.add(own);
  return [...names].map((vectors) => ({
    ...experiment,
    model: { ...model, embedding: { ...model.embedding, vectors } },
  }));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
