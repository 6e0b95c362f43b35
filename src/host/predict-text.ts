import * as vscode from 'vscode';
import type { TextPrediction } from '../protocol/helper';
import {
  type ExperimentTarget,
  experimentOf,
  type RunTarget,
  registerCommand,
  runFolderOf,
} from './commands';
import { knownRun } from './pick';
import { withoutIcons } from './plain-text';
import { bestRunOf, currentRun, modelOf } from './predict-model';
import { bar, plainLabel, ranked } from './prediction-text';
import type { StoredRun } from './run-store';
import { percent } from './run-text';
import type { Services } from './services';
import { requireTrust } from './trust';

/** A text is classified when its writer pauses this long (milliseconds). */
const pause = 100;

/** Classifies a text while it is being typed: with a given run, the best of a given experiment, or the current. */
export function registerPredictText(services: Services): vscode.Disposable {
  return registerCommand(services.report, 'textclf.predictText', (target) => {
    requireTrust('predicted');
    const run = runFor(services, target);
    if (run) ask(services, run);
  });
}

function runFor(services: Services, target: RunTarget | ExperimentTarget | undefined): StoredRun | undefined {
  const folder = runFolderOf(target);
  if (folder !== undefined) return knownRun(services.store, folder);
  const experiment = experimentOf(target);
  return experiment ? bestRunOf(services, experiment) : currentRun(services);
}

type ClassItem = vscode.QuickPickItem & { value: string };

function ask({ predictor, report }: Services, run: StoredRun): void {
  const model = modelOf(run);
  const box = vscode.window.createQuickPick<ClassItem>();
  box.title = withoutIcons(`Predict with ${model.name}`);
  box.placeholder = 'Write or paste a text; Enter copies the class';
  box.ignoreFocusOut = true;
  // The classes come by probability, not by how well their names match what is typed (a property without a type).
  Object.assign(box, { sortByLabel: false });

  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  const predict = async (text: string) => {
    const number = ++asked;
    try {
      box.busy = true;
      const texts = text.trim() === '' ? [] : [text];
      const { predictions } = await predictor.request('predict', { modelFolder: model.folder, texts });
      // A later text is being classified, or the box is closed.
      if (number !== asked) return;
      box.busy = false;
      box.items = predictions.flatMap(itemsOf);
    } catch (error) {
      if (number !== asked) return;
      box.hide();
      await report.error(error);
    }
  };
  box.onDidChangeValue((text) => {
    clearTimeout(timer);
    timer = setTimeout(() => void predict(text), pause);
  });
  box.onDidAccept(() => {
    const [item] = box.activeItems;
    if (!item) return;
    void vscode.env.clipboard.writeText(item.value);
    vscode.window.setStatusBarMessage(withoutIcons(`TextClf: copied "${plainLabel(item.value)}"`), 4_000);
    box.hide();
  });
  box.onDidHide(() => {
    clearTimeout(timer);
    asked++;
    box.dispose();
  });
  box.show();
  // Without a text: the model is opened while the person still types.
  void predict('');
}

function itemsOf(prediction: TextPrediction): ClassItem[] {
  // Where a text can have several labels, or none, the order does not tell which it has.
  const given = new Set(prediction.labels);
  return ranked(prediction).map(({ label, probability }) => ({
    label: `${given.has(label) ? '$(check) ' : ''}${withoutIcons(plainLabel(label))}`,
    description: `${bar(probability, 20)} ${percent(probability)}`,
    value: label,
    alwaysShow: true,
  }));
}
