import * as vscode from 'vscode';
import { savedModel } from '../runs/paths';
import { commandLink, runCommand } from './commands';
import { withoutIcons, withoutLinks } from './plain-text';
import { plainLabel } from './prediction-text';
import type { RunStore, StoredRun } from './run-store';
import { accuracyText } from './run-text';

const choiceKey = 'textclf.model';

/** What a person chose. The name is for the time when the run is gone. */
interface Choice {
  folder: string;
  name: string;
  /** Whether the person was told that it is gone. */
  isGone?: boolean;
}

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
    void store.ready.then(() => this.#update());
  }

  get run(): StoredRun | undefined {
    return this.chosen ?? this.store.best();
  }

  /** What the person chose, while it is there. */
  get chosen(): StoredRun | undefined {
    const run = this.#choice && this.store.find(this.#choice.folder);
    return run?.hasModel ? run : undefined;
  }

  /** Undefined: always the best. */
  async choose(run: StoredRun | undefined): Promise<void> {
    await this.#remember(run && { folder: run.folder, name: run.name });
    this.#update();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
    this.#changed.dispose();
  }

  get #choice(): Choice | undefined {
    return this.state.get<Choice>(choiceKey);
  }

  #remember(choice: Choice | undefined): Thenable<void> {
    return this.state.update(choiceKey, choice);
  }

  #update(): void {
    const { run } = this;
    const gone = this.#goneChoice();
    if (run) this.#show(run, gone);
    else this.#item.hide();
    if (gone && !gone.isGone) this.#tellGone(gone, run);
    const folder = run && savedModel(run.folder);
    if (folder === this.#last) return;
    this.#last = folder;
    this.#changed.fire();
  }

  /** A run that is merely not listed (its folder is not open) is not gone. */
  #goneChoice(): Choice | undefined {
    const choice = this.#choice;
    return choice && !this.chosen && savedModel(choice.folder) === undefined ? choice : undefined;
  }

  #show(run: StoredRun, gone: Choice | undefined): void {
    const accuracy = accuracyText(run.record);
    const why = this.chosen ? 'chosen by you' : 'the best run of this workspace';
    const sentences = [
      ...(gone ? [`The model that you chose, ${gone.name}, is gone.`] : []),
      `TextClf predicts with ${run.name} (${[accuracy, why].filter(Boolean).join('; ')}).`,
      'Click to choose another model.',
    ];
    this.#item.text = `${gone ? '$(warning)' : '$(tag)'} ${withoutIcons(plainLabel(run.name))}`;
    this.#item.tooltip = sentences.join('\n');
    this.#item.accessibilityInformation = { label: sentences.join(' '), role: 'button' };
    this.#item.backgroundColor = gone && new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#item.show();
  }

  /** Once, also over reloads. */
  #tellGone(choice: Choice, run: StoredRun | undefined): void {
    void this.#remember({ ...choice, isGone: true });
    const instead = run ? `Predicting with the best run, ${run.name}, instead.` : 'There is no other one.';
    const button = 'Choose Model';
    const message = `The model chosen for predictions, ${choice.name}, is gone. ${instead}`;
    vscode.window.showWarningMessage(withoutLinks(message), ...(run ? [button] : [])).then((answer) => {
      if (answer === button) void runCommand('textclf.chooseModel');
    });
  }
}
