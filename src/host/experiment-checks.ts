import * as vscode from 'vscode';
import { fixesOf } from '../experiment/fixes';
import type { ExperimentProblem } from '../protocol/helper';
import { formatError } from '../protocol/human-error';
import { diagnosticsOf, type ProblemsByFile, type ShownProblem } from './experiment-diagnostics';
import { isExperiment } from './experiment-file';
import { FileWatch } from './file-watch';
import { loadExperimentTools } from './load-experiment-tools';
import { namedFiles } from './named-files';
import type { Services } from './services';

/** A document is checked when nothing was typed for this long (milliseconds). */
const pause = 300;
/** What the last check found in the data stays marked this long while the next one reads it (milliseconds). */
const patience = 500;

interface Check {
  /** Of the document, when its text was checked. */
  version: number;
  cancellation: vscode.CancellationTokenSource;
  done: Promise<void>;
}

interface State {
  timer?: NodeJS.Timeout;
  check?: Check;
  shown?: ProblemsByFile & { version: number };
  watch: FileWatch;
}

type CheckServices = Pick<Services, 'inspector' | 'report'>;

/**
 * Marks what is wrong in the experiments that are open: at once what the file itself tells, then what only its data
 * can tell. The data is read in another process, and nowhere but in a trusted folder on a disk.
 */
export class ExperimentChecks implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('TextClf');
  readonly #states = new Map<string, { document: vscode.TextDocument; state: State }>();
  readonly #subscription: vscode.Disposable;

  constructor(private readonly services: CheckServices) {
    const { workspace, window } = vscode;
    this.#subscription = vscode.Disposable.from(
      workspace.onDidOpenTextDocument((document) => this.#open(document)),
      workspace.onDidCloseTextDocument((document) => this.#close(document)),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#schedule(document, pause);
      }),
      workspace.onDidSaveTextDocument((document) => void this.settled(document)),
      workspace.onDidGrantWorkspaceTrust(() => this.#scheduleAll()),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('json.validate')) this.#scheduleAll();
      }),
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.lookAgain();
      }),
    );
    for (const document of workspace.textDocuments) this.#open(document);
  }

  /** The problems of a document as it stands; those of an older text are none. */
  problemsOf(document: vscode.TextDocument): readonly ShownProblem[] {
    const shown = this.#states.get(document.uri.toString())?.state.shown;
    return shown?.version === document.version ? shown.inExperiment : [];
  }

  /** Checks a document as it stands now, unless that is done, and waits for the end of it. */
  async settled(document: vscode.TextDocument): Promise<void> {
    const entry = this.#states.get(document.uri.toString());
    if (!entry) return;
    if (entry.state.timer || entry.state.check?.version !== document.version)
      this.#run(document, entry.state);
    await entry.state.check?.done;
  }

  /** Checks what something is wrong in once more: a folder that was not there yet could not be watched. */
  lookAgain(): void {
    this.#scheduleAll(({ shown }) => (shown?.inExperiment.length ?? 0) > 0);
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const { state } of this.#states.values()) end(state);
    this.#collection.dispose();
  }

  #open(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    if (!isExperiment(document) || this.#states.has(key)) return;
    const state: State = { watch: new FileWatch(() => this.#schedule(document, pause)) };
    this.#states.set(key, { document, state });
    this.#schedule(document, 0);
  }

  #close(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    const entry = this.#states.get(key);
    if (!entry) return;
    end(entry.state);
    this.#states.delete(key);
    this.#collection.delete(document.uri);
    for (const file of entry.state.shown?.inData.keys() ?? []) this.#publishData(file);
  }

  #scheduleAll(isMeant: (state: State) => boolean = () => true): void {
    for (const { document, state } of this.#states.values()) if (isMeant(state)) this.#schedule(document, 0);
  }

  #schedule(document: vscode.TextDocument, delay: number): void {
    const state = this.#states.get(document.uri.toString())?.state;
    if (!state) return;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => this.#run(document, state), delay);
  }

  #run(document: vscode.TextDocument, state: State): void {
    clearTimeout(state.timer);
    delete state.timer;
    state.check?.cancellation.cancel();
    const cancellation = new vscode.CancellationTokenSource();
    const done = this.#check(document, state, cancellation.token).catch((error: unknown) => {
      if (error instanceof vscode.CancellationError) return;
      // Nobody asked for this check: a notification at every key would be no help.
      this.services.report.log.error(formatError(error));
    });
    state.check = { version: document.version, cancellation, done };
  }

  async #check(document: vscode.TextDocument, state: State, token: vscode.CancellationToken): Promise<void> {
    const text = document.getText();
    const file = document.uri.fsPath;
    const { parseExperiment } = await loadExperimentTools();
    const { experiment, problems } = parseExperiment(text, file);
    const fixes = fixesOf(text, problems);
    const own = problems.map((problem, i): ExperimentProblem => ({ ...problem, fixes: fixes[i]! }));
    const show = (found: readonly ExperimentProblem[]) => {
      clearTimeout(late);
      if (!token.isCancellationRequested) this.#show(document, state, found);
    };
    const readsData =
      experiment !== undefined && document.uri.scheme === 'file' && vscode.workspace.isTrusted;
    const late = setTimeout(() => show(own), readsData && state.shown ? patience : 0);
    if (!readsData) return show(own);
    state.watch.set(namedFiles(experiment, file));
    const answer = await this.services.inspector.request('check', { file, text }, { token });
    show(answer.problems);
  }

  #show(document: vscode.TextDocument, state: State, problems: readonly ExperimentProblem[]): void {
    const before = state.shown?.inData.keys() ?? [];
    state.shown = { ...diagnosticsOf(document, problems), version: document.version };
    this.#collection.set(
      document.uri,
      state.shown.inExperiment.map(({ diagnostic }) => diagnostic),
    );
    for (const file of new Set([...before, ...state.shown.inData.keys()])) this.#publishData(file);
  }

  /** Several experiments can name the same data: what is wrong in it is said once. */
  #publishData(file: string): void {
    const found = [...this.#states.values()].flatMap(({ state }) => state.shown?.inData.get(file) ?? []);
    const byText = new Map(found.map((one) => [`${one.range.start.line} ${one.message}`, one]));
    this.#collection.set(vscode.Uri.file(file), [...byText.values()]);
  }
}

function end(state: State): void {
  clearTimeout(state.timer);
  state.check?.cancellation.cancel();
  state.watch.dispose();
}
