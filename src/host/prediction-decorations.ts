import * as vscode from 'vscode';
import type { TextPrediction } from '../protocol/helper';
import { predictionMarkdown, shortPrediction } from './prediction-text';
import { type Stretch, stretchAfter } from './stretch';

/** A classified stretch of a document. Without a result, it is still being classified. */
interface Mark extends Stretch {
  result?: { prediction: TextPrediction; model: string };
}

/** A document's marks whose results are to come. */
export interface Placed {
  readonly uri: vscode.Uri;
  readonly marks: readonly Mark[];
}

/** Brackets, quotes and commas that close a line: a result stands better after them than between. */
const closing = /^["'`\])},;]{1,8}\s*$/;

/**
 * Predictions behind their texts. Each stands until its own text changes, in every editor that shows the document,
 * and comes back with an editor that was hidden.
 */
export class PredictionDecorations implements vscode.Disposable {
  readonly #marks = new Map<string, Mark[]>();
  readonly #type = vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    after: {
      margin: '0 0 0 1ch',
      color: new vscode.ThemeColor('descriptionForeground'),
      backgroundColor: new vscode.ThemeColor('editorInlayHint.background'),
    },
  });
  readonly #subscriptions = [
    // Not the decorations' own hovers: VS Code would parse the Markdown of all of them at once.
    vscode.languages.registerHoverProvider('*', {
      provideHover: (document, position) => this.#hover(document, position),
    }),
    vscode.workspace.onDidChangeTextDocument((event) => this.#follow(event)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri.toString())),
    vscode.window.onDidChangeVisibleTextEditors((editors) => {
      for (const editor of editors) this.#draw(editor);
    }),
  ];

  /** Follows stretches from now on, so that a result that comes later still finds its text, or that it is gone. */
  place({ uri }: vscode.TextDocument, stretches: readonly Stretch[]): Placed {
    const marks: Mark[] = stretches.map(({ start, end }) => ({ start, end }));
    const key = uri.toString();
    this.#marks.set(key, [...(this.#marks.get(key) ?? []), ...marks]);
    return { uri, marks };
  }

  /** Shows results, in the order of the marks; one that stands at the same place already makes way. */
  show({ uri, marks }: Placed, predictions: readonly TextPrediction[], model: string): void {
    marks.forEach((mark, index) => {
      mark.result = { prediction: predictions[index]!, model };
    });
    const key = uri.toString();
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === key);
    if (document) this.#keepLatest(document);
    this.#redraw(key);
  }

  /** Gives up waiting for results. */
  remove({ uri, marks }: Placed): void {
    const given = new Set(marks);
    this.#set(
      uri.toString(),
      (this.#marks.get(uri.toString()) ?? []).filter((mark) => !given.has(mark)),
    );
  }

  clear(): void {
    for (const key of [...this.#marks.keys()]) this.#forget(key);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#type.dispose();
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const marks = this.#marks.get(key);
    if (!marks || contentChanges.length === 0) return;
    const kept = marks.filter((mark) => {
      const stretch = stretchAfter(mark, contentChanges);
      if (stretch) Object.assign(mark, stretch);
      return stretch !== undefined;
    });
    if (kept.length === marks.length) return;
    // VS Code moves those that stay by itself.
    this.#set(key, kept);
    this.#redraw(key);
  }

  /** The latest that covers the position: results of one text can lie in another's. */
  #hover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const marks = this.#marks.get(document.uri.toString()) ?? [];
    const offset = document.offsetAt(position);
    const mark = marks.findLast(
      (candidate) =>
        // A first look without lines: there may be thousands.
        candidate.result && candidate.start <= offset && rangeOf(document, candidate).contains(position),
    );
    if (!mark?.result) return undefined;
    const { prediction, model } = mark.result;
    const markdown = new vscode.MarkdownString(predictionMarkdown(prediction, model));
    return new vscode.Hover(markdown, rangeOf(document, mark));
  }

  #forget(key: string): void {
    if (!this.#marks.delete(key)) return;
    this.#redraw(key);
  }

  #set(key: string, marks: Mark[]): void {
    if (marks.length > 0) this.#marks.set(key, marks);
    else this.#marks.delete(key);
  }

  #keepLatest(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    const marks = this.#marks.get(key) ?? [];
    const latest = new Map<number, Mark>();
    for (const mark of marks) if (mark.result) latest.set(document.offsetAt(anchorOf(document, mark)), mark);
    const kept = new Set(latest.values());
    this.#set(
      key,
      marks.filter((mark) => !mark.result || kept.has(mark)),
    );
  }

  #redraw(key: string): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() === key) this.#draw(editor, true);
    }
  }

  /** @param empty whether to draw "nothing" too */
  #draw(editor: vscode.TextEditor, empty = false): void {
    const marks = this.#marks.get(editor.document.uri.toString()) ?? [];
    if (marks.length === 0 && !empty) return;
    editor.setDecorations(
      this.#type,
      marks.flatMap((mark) => decorationOf(editor.document, mark) ?? []),
    );
  }
}

function decorationOf(document: vscode.TextDocument, mark: Mark): vscode.DecorationOptions | undefined {
  if (!mark.result) return undefined;
  const contentText = shortPrediction(mark.result.prediction);
  return { range: rangeOf(document, mark), renderOptions: { after: { contentText } } };
}

/** Of a text of several lines the last one alone: a hover over all of it would be in the way. */
function rangeOf(document: vscode.TextDocument, mark: Stretch): vscode.Range {
  const end = anchorOf(document, mark);
  const start = document.positionAt(mark.start);
  return new vscode.Range(start.line < end.line ? new vscode.Position(end.line, 0) : start, end);
}

function anchorOf(document: vscode.TextDocument, { end }: Stretch): vscode.Position {
  const position = document.positionAt(end);
  const rest = document.lineAt(position).text.slice(position.character);
  return closing.test(rest) ? position.translate(0, rest.trimEnd().length) : position;
}
