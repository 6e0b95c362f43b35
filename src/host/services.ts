import type * as vscode from 'vscode';
import type { CurrentModel } from './current-model';
import type { DashboardPanels } from './dashboard-panels';
import type { HelperClient } from './helper-client';
import type { Reporter } from './report';
import type { RunStore } from './run-store';
import type { Trainings } from './trainings';

/** What the parts of the extension share. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly report: Reporter;
  readonly store: RunStore;
  readonly trainings: Trainings;
  /** Answers to predictions: kept free of long reads. */
  readonly predictor: HelperClient;
  /** Reads data files: checks experiments, looks into files. */
  readonly inspector: HelperClient;
  readonly model: CurrentModel;
  readonly dashboards: DashboardPanels;
}
