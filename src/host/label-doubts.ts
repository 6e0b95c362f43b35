import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { LabelledText, type TextFormat } from '../data/labelled-text';
import { quoteName } from '../protocol/did-you-mean';
import { formatError } from '../protocol/human-error';
import { textDigest } from '../runs/label-issues';
import { type Doubt, DoubtedRows } from './doubted-rows';
import { openDocument } from './experiment-file';
import { FileWatch } from './file-watch';
import { type DoubtedRow, findDoubted } from './find-doubted';
import { documentOf } from './packed-files';
import { percent } from './run-text';
import type { Services } from './services';

/** A document is looked at when nothing was typed for this long (milliseconds). */
const pause = 300;

/** A row in the Problems panel. */
export interface ShownDoubt {
  doubt: Doubt;
  diagnostic: vscode.Diagnostic;
  /** Where the document was read, and the row is what was judged. */
  row?: DoubtedRow<Doubt>;
}

/** What is shown of one data file. */
interface Shown {
  uri: vscode.Uri;
  /** Of the document that was read; undefined where none was. */
  version: number | undefined;
  doubts: ShownDoubt[];
}

/** Marks the rows that runs take for mislabelled, in their data files, as long as they are what was judged. */
export class LabelDoubts implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('TextClf labels');
  readonly #rows: DoubtedRows;
  readonly #watch = new FileWatch(() => this.update());
  readonly #subscription: vscode.Disposable;
  /** By the path of the data file. */
  #doubts = new Map<string, Doubt[]>();
  /** By the path of the data file. */
  readonly #shown = new Map<string, Shown[]>();
  #timer: NodeJS.Timeout | undefined;
  #updating: Promise<void> | undefined;
  #isDisposed = false;

  constructor({ store, report }: Pick<Services, 'store' | 'report'>) {
    this.#rows = new DoubtedRows(store, (error) => report.log.warn(formatError(error)));
    const { workspace } = vscode;
    const ifDoubted = ({ uri }: vscode.TextDocument) => {
      if (this.#doubts.has(uri.fsPath)) this.#schedule();
    };
    this.#subscription = vscode.Disposable.from(
      store.onDidChange(() => this.#schedule()),
      workspace.onDidOpenTextDocument(ifDoubted),
      workspace.onDidCloseTextDocument(ifDoubted),
      workspace.onDidChangeTextDocument(({ document }) => ifDoubted(document)),
    );
    this.update();
  }

  /** What is shown in a document, as it stands. */
  of(document: vscode.TextDocument): readonly ShownDoubt[] {
    const all = [...this.#shown.values()].flat();
    const shown = all.find(({ uri }) => uri.toString() === document.uri.toString());
    if (!shown) return [];
    return shown.version === undefined || shown.version === document.version ? shown.doubts : [];
  }

  /** Looks at the runs and their data files again. */
  update(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One after the other: what is read last is what is shown.
    const before = this.#updating;
    const updating = (async () => {
      await before;
      await this.#update();
    })();
    this.#updating = updating;
    void updating.finally(() => {
      if (this.#updating === updating) this.#updating = undefined;
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#watch.dispose();
    this.#collection.dispose();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.update(), pause);
  }

  async #update(): Promise<void> {
    const doubts = await this.#rows.read();
    if (this.#isDisposed) return;
    this.#doubts = doubts;
    this.#watch.set([...doubts.keys()]);
    const shown = await Promise.all(
      [...doubts].map(async ([file, of]) => [file, await show(file, of)] as const),
    );
    if (this.#isDisposed) return;
    this.#shown.clear();
    this.#collection.clear();
    for (const [file, parts] of shown) {
      this.#shown.set(file, parts);
      for (const { uri, doubts: found } of parts) {
        this.#collection.set(
          uri,
          found.map(({ diagnostic }) => diagnostic),
        );
      }
    }
  }
}

/** What is still to be said of a data file: one that has not changed since the run need not be read for it. */
async function show(file: string, doubts: readonly Doubt[]): Promise<Shown[]> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats) return [];
  const uri = vscode.Uri.file(file);
  const isOpen = openDocument(uri) !== undefined;
  const isAsRead = doubts.every(({ run }) => stats.mtimeMs < Date.parse(run.record.startedAt));
  if (isPacked(doubts[0]!)) return isAsRead ? packed(file, doubts) : [];
  if (isOpen || !isAsRead) {
    try {
      return [inDocument(await vscode.workspace.openTextDocument(uri), doubts)];
    } catch {
      // Too large for an editor, or no longer a text. What has changed cannot be told apart from what has not.
      if (!isAsRead) return [];
    }
  }
  return [
    {
      uri,
      version: undefined,
      doubts: doubts.map((doubt) => ({ doubt, diagnostic: ofLine(doubt, doubt.line) })),
    },
  ];
}

function isPacked({ path, line }: Doubt): boolean {
  return documentOf({ file: path, line }).uri.scheme !== 'file';
}

/** Rows of a packed file are shown where they are opened: a thousand or so to a document. */
function packed(file: string, doubts: readonly Doubt[]): Shown[] {
  const parts = new Map<string, Shown>();
  for (const doubt of doubts) {
    const { uri, line } = documentOf({ file, line: doubt.line });
    const part = parts.get(uri.toString()) ?? { uri, version: undefined, doubts: [] };
    part.doubts.push({ doubt, diagnostic: ofLine(doubt, line, 'Unpack the file to relabel its rows.') });
    parts.set(uri.toString(), part);
  }
  return [...parts.values()];
}

function inDocument(document: vscode.TextDocument, doubts: readonly Doubt[]): Shown {
  const { uri, version } = document;
  const [{ format }] = doubts as [Doubt];
  if (format === 'folder') {
    const digest = textDigest(document.getText());
    const same = doubts.filter((doubt) => doubt.digest === digest);
    return { uri, version, doubts: same.map((doubt) => ({ doubt, diagnostic: ofLine(doubt, 1) })) };
  }
  const text = new LabelledText(document.getText(), { ...doubts[0]!.data, format: format as TextFormat });
  const found = findDoubted(text, doubts).map((row) => {
    const { start, end } = row.record;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    return { doubt: row.issue, row, diagnostic: diagnosticOf(row.issue, range) };
  });
  return { uri, version, doubts: found };
}

function ofLine(doubt: Doubt, line: number, hint?: string): vscode.Diagnostic {
  // Longer than any line: VS Code stops at its end.
  return diagnosticOf(doubt, new vscode.Range(line - 1, 0, line - 1, 1_000_000), hint);
}

function diagnosticOf(doubt: Doubt, range: vscode.Range, hint?: string): vscode.Diagnostic {
  const { labels, suggested, suggestedProbability, run } = doubt;
  const message = `The label ${labelNames(labels)} looks wrong: ${labelNames(suggested)} is more likely (${percent(suggestedProbability)}, says the run ${quoteName(run.name)}).`;
  const diagnostic = new vscode.Diagnostic(
    range,
    hint ? `${message}\n${hint}` : message,
    vscode.DiagnosticSeverity.Information,
  );
  diagnostic.source = 'TextClf';
  diagnostic.code = 'label';
  return diagnostic;
}

/** In quotes, several with commas. */
export function labelNames(labels: readonly string[]): string {
  return labels.length === 0 ? 'none' : labels.map(quoteName).join(', ');
}
