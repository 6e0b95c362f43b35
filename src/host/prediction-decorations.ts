import * as vscode from 'vscode';
import type { TextPrediction } from '../protocol/helper';
import { predictionMarkdown, shortPrediction } from './prediction-text';
import { type Stretch, stretchAfter } from './stretch';

/** A classified stretch of a document. Without a result, it is still being classified. */
interface Mark extends Stretch {
  shown?: { text: string; hover: vscode.MarkdownString };
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
      const prediction = predictions[index]!;
      const hover = new vscode.MarkdownString(predictionMarkdown(prediction, model));
      mark.shown = { text: shortPrediction(prediction), hover };
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
    for (const mark of marks) if (mark.shown) latest.set(document.offsetAt(anchorOf(document, mark)), mark);
    const kept = new Set(latest.values());
    this.#set(
      key,
      marks.filter((mark) => !mark.shown || kept.has(mark)),
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
  if (!mark.shown) return undefined;
  const end = anchorOf(document, mark);
  const start = document.positionAt(mark.start);
  return {
    // The last line alone: a hover over all of a long text would be in the way.
    range: new vscode.Range(start.line < end.line ? new vscode.Position(end.line, 0) : start, end),
    hoverMessage: mark.shown.hover,
    renderOptions: { after: { contentText: mark.shown.text } },
  };
}

function anchorOf(document: vscode.TextDocument, { end }: Stretch): vscode.Position {
  const position = document.positionAt(end);
  const rest = document.lineAt(position).text.slice(position.character);
  return closing.test(rest) ? position.translate(0, rest.trimEnd().length) : position;
}
