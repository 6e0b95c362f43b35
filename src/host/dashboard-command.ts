import * as vscode from 'vscode';
import { registerCommand } from './commands';
import { setting } from './configuration';
import { activeExperiment, pickRun } from './pick';
import type { Services } from './services';

/** Opens dashboards: by command, and when a training that was started here has begun. */
export function registerDashboardCommand(services: Services): vscode.Disposable {
  const { report, store, trainings, dashboards } = services;
  return vscode.Disposable.from(
    registerCommand(report, 'textclf.openDashboard', async (target, options) => {
      const active = activeExperiment();
      const meant = target ?? (active && store.runsOf(active).length > 0 ? active : undefined);
      const run = await pickRun(services, meant, { title: 'Open Dashboard' });
      if (run) dashboards.open(run.folder, { preserveFocus: options?.preserveFocus === true });
    }),
    trainings.onDidBegin((run) => {
      if (setting('openDashboardOnTrain')) dashboards.open(run.folder, { preserveFocus: true });
    }),
  );
}
