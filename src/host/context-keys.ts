import * as vscode from 'vscode';
import { isAdoptable } from './adopt-trial';
import { isContinuable } from './is-continuable';
import type { Services } from './services';

/** Keeps what menus and the palette ask for in `when`: whether there are runs, those that can be continued, trials of searches to adopt, and a model to predict with. */
export function registerContextKeys({ store, model }: Services): vscode.Disposable {
  const known = new Map<string, boolean>();
  const set = (key: string, value: boolean) => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = () => {
    set('textclf.hasRuns', store.runs.length > 0);
    set(
      'textclf.hasTrials',
      store.all.some((run) => isAdoptable(store, run)),
    );
    set('textclf.hasContinuable', store.runs.some(isContinuable));
    set('textclf.hasModel', model.run !== undefined);
  };
  update();
  return vscode.Disposable.from(store.onDidChange(update), model.onDidChange(update));
}
