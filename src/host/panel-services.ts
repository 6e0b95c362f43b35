import type * as vscode from 'vscode';
import type { HelperClient } from './helper-client';
import type { Reporter } from './report';
import type { RunStore } from './run-store';

/** What a dashboard needs. */
export interface PanelServices {
  readonly context: vscode.ExtensionContext;
  readonly report: Reporter;
  readonly store: RunStore;
  /** Answers to predictions: kept free of long reads. */
  readonly predictor: HelperClient;
  /** Reads data files: checks experiments, looks into files. */
  readonly inspector: HelperClient;
}
