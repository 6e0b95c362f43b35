import * as vscode from 'vscode';
import { savedModel } from '../runs/paths';
import { commandLink } from './commands';
import type { RunStore, StoredRun } from './run-store';
import { accuracyText } from './run-text';

const chosenKey = 'textclf.model';

/**
 * The run whose model predicts: the one that the person chose, otherwise the best of the workspace. It stands in
 * the status bar, where it can be changed.
 */
export class CurrentModel implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('textclf.model', vscode.StatusBarAlignment.Right, 90);
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  #last: string | undefined;

  /** Another run's model is the current one. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly state: vscode.Memento,
    private readonly store: RunStore,
  ) {
    this.#item.name = 'TextClf Model';
    this.#item.command = commandLink('textclf.chooseModel', 'Choose Model');
    this.#subscription = store.onDidChange(() => this.#update());
    this.#update();
  }

  get run(): StoredRun | undefined {
    return this.chosen ?? this.store.best();
  }

  /** What the person chose, while it is there. */
  get chosen(): StoredRun | undefined {
    const folder = this.state.get<string>(chosenKey);
    const run = folder === undefined ? undefined : this.store.find(folder);
    return run?.hasModel ? run : undefined;
  }

  /** Undefined: always the best. */
  async choose(folder: string | undefined): Promise<void> {
    await this.state.update(chosenKey, folder);
    this.#update();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
    this.#changed.dispose();
  }

  #update(): void {
    const { run } = this;
    if (run) {
      this.#item.text = `$(tag) ${run.name}`;
      const accuracy = accuracyText(run.record);
      const why = this.chosen ? 'chosen by you' : 'the best run of this workspace';
      this.#item.tooltip = `TextClf predicts with ${run.name} (${[accuracy, why].filter(Boolean).join('; ')}). Click to choose another model.`;
      this.#item.show();
    } else {
      this.#item.hide();
    }
    const folder = run && savedModel(run.folder);
    if (folder === this.#last) return;
    this.#last = folder;
    this.#changed.fire();
  }
}
