import * as vscode from 'vscode';
import { type RunTarget, registerCommand, runFolderOf } from './commands';
import { knownRun, type RunItem, runItems } from './pick';
import { withoutIcons } from './plain-text';
import { modelOf } from './predict-model';
import type { StoredRun } from './run-store';
import type { Services } from './services';

/** Which run's model predicts: a given one, or one picked from those that have a model. */
export function registerChooseModel(services: Services): vscode.Disposable {
  const { report, store, model } = services;
  return registerCommand(report, 'textclf.chooseModel', async (target?: RunTarget) => {
    const folder = runFolderOf(target);
    const choice = folder === undefined ? await askFor(services) : { run: knownRun(store, folder) };
    if (!choice) return;
    // Says so where it has none.
    if (choice.run) modelOf(choice.run);
    await model.choose(choice.run);
    const name = model.run && modelOf(model.run).name;
    if (name) vscode.window.setStatusBarMessage(withoutIcons(`TextClf: predicting with ${name}`), 4_000);
  });
}

/** An answer without a run is "the best"; undefined is none. */
async function askFor({ store, model }: Services): Promise<{ run?: StoredRun } | undefined> {
  const runs = store.runs.filter(({ hasModel }) => hasModel);
  const best = store.best();
  const automatic: RunItem = {
    label: '$(sparkle) Best run of the workspace (automatic)',
    description: best ? withoutIcons(`now ${modelOf(best).name}`) : 'there is none yet',
  };
  const box = vscode.window.createQuickPick<RunItem>();
  box.title = 'Choose Model for Predictions';
  box.placeholder = 'Which run predicts?';
  box.matchOnDescription = true;
  box.matchOnDetail = true;
  box.items = [automatic, ...runItems(runs, store)];
  const chosen = model.chosen?.folder;
  box.activeItems = [box.items.find(({ run }) => run && run.folder === chosen) ?? automatic];
  try {
    return await new Promise<RunItem | undefined>((resolve) => {
      box.onDidAccept(() => resolve(box.activeItems[0]));
      box.onDidHide(() => resolve(undefined));
      box.show();
    });
  } finally {
    box.dispose();
  }
}
