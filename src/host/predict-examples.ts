import { findNodeAtLocation } from 'jsonc-parser';
import * as vscode from 'vscode';
import { parseSyntax } from '../experiment/syntax';
import { HumanError } from '../protocol/human-error';
import { registerCommand } from './commands';
import type { InlinePredictions, Passage } from './inline-predictions';
import { pickExperiment } from './pick';
import { bestRunOf } from './predict-model';
import type { Services } from './services';
import { requireTrust } from './trust';

/** Classifies the examples of an experiment file with the best model that it has given. */
export function registerPredictExamples(services: Services, inline: InlinePredictions): vscode.Disposable {
  return registerCommand(services.report, 'textclf.predictExamples', async (target) => {
    requireTrust('predicted');
    const experiment = await pickExperiment(services, target);
    if (!experiment) return;
    const document = await vscode.workspace.openTextDocument(experiment);
    const examples = examplesIn(document);
    const run = bestRunOf(services, experiment);
    if (!run) return;
    const isVisible = vscode.window.visibleTextEditors.some((editor) => editor.document === document);
    if (!isVisible) await vscode.window.showTextDocument(document);
    await inline.predict(document, examples, run);
  });
}

/** @throws HumanError where there are none, or where the file is no JSON */
function examplesIn(document: vscode.TextDocument): Passage[] {
  const file = document.uri.fsPath;
  const { tree, problems } = parseSyntax(document.getText());
  if (!tree) {
    const { message, offset } = problems[0]!;
    const { line, character } = document.positionAt(offset);
    throw new HumanError(message, { place: { file, line: line + 1, column: character + 1 } });
  }
  const texts = (findNodeAtLocation(tree, ['examples'])?.children ?? []).filter(
    ({ value }) => typeof value === 'string' && value.trim() !== '',
  );
  if (texts.length === 0) {
    throw new HumanError('This experiment has no examples.', {
      place: { file },
      hint: 'Add some: "examples": ["A wonderful little film."].',
    });
  }
  // Between the quotes: what is written after them does not change the text.
  return texts.map(({ value, offset, length }) => ({
    text: value,
    start: offset + 1,
    end: offset + length - 1,
  }));
}
