import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import type { TextPrediction } from '../protocol/helper';
import { commandLink } from './commands';
import { withoutIcons } from './plain-text';
import { modelOf } from './predict-model';
import { PredictionDecorations } from './prediction-decorations';
import { summary } from './prediction-text';
import type { StoredRun } from './run-store';
import type { Services } from './services';
import type { Stretch } from './stretch';

/** Before this, an answer needs no word of being on its way (milliseconds). */
const patience = 400;

/** How long the status bar repeats a result (milliseconds): what stands behind a text, screen readers don't read. */
const repeatTime = 10_000;

/** A text, and where it stands in a document (where some of its characters may be written otherwise). */
export interface Passage extends Stretch {
  text: string;
}

/** Classifies passages of documents and shows the results behind them. */
export class InlinePredictions implements vscode.Disposable {
  readonly #decorations = new PredictionDecorations();
  readonly #running = new Set<vscode.CancellationTokenSource>();

  constructor(private readonly services: Pick<Services, 'predictor'>) {}

  async predict(document: vscode.TextDocument, passages: readonly Passage[], run: StoredRun): Promise<void> {
    const model = modelOf(run);
    const placed = this.#decorations.place(document, passages);
    try {
      const texts = passages.map(({ text }) => text);
      const predictions = await this.#ask(model.folder, texts);
      this.#decorations.show(placed, predictions, `Predicted by ${model.name}`);
      vscode.window.setStatusBarMessage(withoutIcons(`TextClf: ${summary(predictions)}`), repeatTime);
    } catch (error) {
      this.#decorations.remove(placed);
      if (!(error instanceof vscode.CancellationError)) throw error;
    }
  }

  /** Ends what is still being computed; where nothing is, takes all results away. */
  clear(): void {
    if (this.#running.size === 0) this.#decorations.clear();
    for (const source of this.#running) source.cancel();
  }

  dispose(): void {
    for (const source of this.#running) source.cancel();
    this.#decorations.dispose();
  }

  async #ask(modelFolder: string, texts: string[]): Promise<TextPrediction[]> {
    const source = new vscode.CancellationTokenSource();
    this.#running.add(source);
    const item = vscode.window.createStatusBarItem('textclf.predicting', vscode.StatusBarAlignment.Left, 1);
    item.name = 'TextClf Prediction';
    item.text = `$(loading~spin) Predicting ${countOf(texts.length, 'text')}`;
    item.tooltip = 'TextClf is predicting. Click to cancel.';
    item.command = commandLink('textclf.clearPredictions', 'Cancel');
    const busy = setTimeout(() => item.show(), patience);
    const cancelled = new Promise<never>((_, reject) => {
      source.token.onCancellationRequested(() => reject(new vscode.CancellationError()));
    });
    try {
      const { token } = source;
      // The helper looks at the cancellation between its batches; the person need not wait for that.
      const answer = this.services.predictor.request('predict', { modelFolder, texts }, { token });
      return (await Promise.race([answer, cancelled])).predictions;
    } finally {
      clearTimeout(busy);
      item.dispose();
      this.#running.delete(source);
      source.dispose();
    }
  }
}
