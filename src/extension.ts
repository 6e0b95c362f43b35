import { join } from 'node:path';
import * as vscode from 'vscode';
import { registerContextKeys } from './host/context-keys';
import { registerContinueOnCpu } from './host/continue-on-cpu';
import { CurrentModel } from './host/current-model';
import { registerDashboardCommand } from './host/dashboard-command';
import { DashboardPanels } from './host/dashboard-panels';
import { registerDevicesCommand } from './host/devices-command';
import { registerExampleWorkspace } from './host/example-workspace';
import { registerExperimentEditor } from './host/experiment-editor';
import { HelperClient } from './host/helper-client';
import { registerInspectData } from './host/inspect-data';
import { registerInstallTensorflow } from './host/install-tensorflow';
import { registerLabels } from './host/labels';
import { registerNewExperiment } from './host/new-experiment';
import { registerPackedDocuments } from './host/packed-documents';
import { registerPredictions } from './host/predictions';
import { registerProgressStatus } from './host/progress-status';
import { createReporter } from './host/report';
import { registerRunEndings } from './host/run-endings';
import { RunStore } from './host/run-store';
import { registerRunsView } from './host/runs-view';
import type { Services } from './host/services';
import { tensorflowEnvironment } from './host/tensorflow-environment';
import { Trainings } from './host/trainings';

/** Every part of the extension that a person meets, each wired to the services it needs. */
const parts: ((services: Services) => vscode.Disposable)[] = [
  registerContextKeys,
  registerContinueOnCpu,
  registerDashboardCommand,
  registerDevicesCommand,
  registerExperimentEditor,
  registerExampleWorkspace,
  registerInspectData,
  registerInstallTensorflow,
  registerLabels,
  registerNewExperiment,
  registerPackedDocuments,
  registerPredictions,
  registerProgressStatus,
  registerRunEndings,
  registerRunsView,
];

/** Lists the parts and wires them; nothing else happens here. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('TextClf', { log: true });
  const report = createReporter(log);
  const helper = () =>
    new HelperClient(context.asAbsolutePath(join('dist', 'helper.js')), log, () =>
      tensorflowEnvironment(context),
    );
  const predictor = helper();
  const inspector = helper();
  const store = new RunStore(log);
  const trainings = new Trainings(context, store, log);
  const model = new CurrentModel(context.workspaceState, store);
  const dashboards = new DashboardPanels({ context, report, store, predictor, inspector });
  context.subscriptions.push(log, predictor, inspector, store, trainings, model, dashboards);
  const services: Services = { context, report, store, trainings, predictor, inspector, model, dashboards };
  for (const part of parts) context.subscriptions.push(part(services));
}
