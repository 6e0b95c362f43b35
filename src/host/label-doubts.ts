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
import type { PanelServices } from './panel-services';
import { percent } from './run-text';

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
  readonly #watch = new FileWatch(() => this.#schedule(this.#doubts.keys()));
  readonly #subscription: vscode.Disposable;
  /** By the path of the data file. */
  #doubts = new Map<string, Doubt[]>();
  /** By the path of the data file. */
  readonly #shown = new Map<string, Shown[]>();
  /** Files to look at although what runs say of them is what it was. */
  #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #updating: Promise<void> = Promise.resolve();
  #isDisposed = false;

  readonly #log: vscode.LogOutputChannel;

  constructor({ store, report }: Pick<PanelServices, 'store' | 'report'>) {
    this.#log = report.log;
    this.#rows = new DoubtedRows(store, (error) => report.log.warn(formatError(error)));
    const { workspace } = vscode;
    const look = ({ uri }: vscode.TextDocument) => {
      if (this.#doubts.has(uri.fsPath)) this.#schedule([uri.fsPath]);
    };
    this.#subscription = vscode.Disposable.from(
      store.onDidChange(() => this.#schedule([])),
      workspace.onDidGrantWorkspaceTrust(() => this.#schedule([])),
      workspace.onDidOpenTextDocument(look),
      workspace.onDidCloseTextDocument(look),
      workspace.onDidChangeTextDocument(({ document }) => look(document)),
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

  /** Looks at what runs say, and at the files of which they say something else than before. */
  update(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One after the other: what is read last is what is shown.
    this.#updating = this.#updating
      .then(() => this.#update())
      .catch((error: unknown) => this.#log.error(formatError(error)));
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#watch.dispose();
    this.#collection.dispose();
  }

  #schedule(files: Iterable<string>): void {
    for (const file of files) this.#changed.add(file);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.update(), pause);
  }

  async #update(): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Set();
    const before = this.#doubts;
    // A run's folder says which files are opened.
    const doubts = vscode.workspace.isTrusted ? await this.#rows.read() : new Map<string, Doubt[]>();
    if (this.#isDisposed) return;
    this.#doubts = doubts;
    this.#watch.set([...doubts.keys()]);
    const files = new Set([...before.keys(), ...doubts.keys()]);
    const isNews = (file: string) => changed.has(file) || !isSame(before.get(file), doubts.get(file));
    await Promise.all(
      [...files]
        .filter(isNews)
        .map(async (file) => this.#replace(file, await show(file, doubts.get(file) ?? []))),
    );
  }

  #replace(file: string, parts: Shown[]): void {
    if (this.#isDisposed) return;
    const uris = new Set(parts.map(({ uri }) => uri.toString()));
    for (const { uri } of this.#shown.get(file) ?? [])
      if (!uris.has(uri.toString())) this.#collection.delete(uri);
    for (const { uri, doubts } of parts) {
      this.#collection.set(
        uri,
        doubts.map(({ diagnostic }) => diagnostic),
      );
    }
    if (parts.length > 0) this.#shown.set(file, parts);
    else this.#shown.delete(file);
  }
}

/** Whether the same runs say the same: their objects are replaced while others go on. */
function isSame(one: readonly Doubt[] | undefined, other: readonly Doubt[] | undefined): boolean {
  const said = (doubts: readonly Doubt[] = []) =>
    doubts.map(({ run, line, digest }) => `${run.folder} ${run.name} ${line} ${digest}`).join('\n');
  return said(one) === said(other);
}

/** What is still to be said of a data file: one that has not changed since the run need not be read for it. */
async function show(file: string, doubts: readonly Doubt[]): Promise<Shown[]> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats || doubts.length === 0) return [];
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
