import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Settings } from '../experiment/options';
import type { RuntimeOptions } from '../experiment/schema';
import { deviceSettings, isChosen, type WantedDevice } from './device-settings';
import { editExperiment } from './experiment-edit';
import { loadExperimentTools } from './load-experiment-tools';
import { withoutLinks } from './plain-text';

const hint = 'Mend the experiment first, or choose another device.';

/** What an experiment file, as it is in the editor, says of what computes it; undefined where it is not sound. */
export async function chosenRuntime(file: vscode.Uri): Promise<RuntimeOptions | undefined> {
  const document = await vscode.workspace.openTextDocument(file);
  const { parseExperiment } = await loadExperimentTools();
  return parseExperiment(document.getText(), file.fsPath).experiment?.runtime;
}

/**
 * Writes a device into an experiment file once the person has said so; undo takes it back.
 *
 * @param words what computes it then: "the processor"
 * @throws HumanError where the experiment is not sound, or can't have that device
 */
export async function setDevice(file: vscode.Uri, wanted: WantedDevice, words: string): Promise<void> {
  const name = basename(file.fsPath);
  const runtime = await chosenRuntime(file);
  // Where it is not sound, there is nothing to ask: writing into it says what is wrong.
  const settings = runtime ? deviceSettings(runtime, wanted) : {};
  if (runtime && !isChosen(runtime, wanted) && !(await isMeant(name, words, settings))) return;
  const { adoptSettings } = await loadExperimentTools();
  await editExperiment(
    file,
    async (text) => adoptSettings(text, file.fsPath, settings, { keepSearch: true, hint }).edits,
    (isChanged) =>
      isChanged
        ? `${name} is computed by ${words} now; undo takes that back`
        : `${name} is computed by ${words} already`,
  );
}

async function isMeant(name: string, words: string, settings: Settings): Promise<boolean> {
  const button = 'Change the File';
  const lines = Object.entries(settings).map(([option, value]) => `${option}: ${JSON.stringify(value)}`);
  const detail = `The file will say ${lines.join(', ')}. Undo takes that back.`;
  const question = withoutLinks(`Have ${name} computed by ${words}?`);
  const answer = await vscode.window.showInformationMessage(question, { modal: true, detail }, button);
  return answer === button;
}
