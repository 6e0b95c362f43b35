import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { PageCommand } from '../protocol/dashboard';
import { runCommand } from './commands';
import { editorColumn } from './editor-column';
import { failureOf } from './failure';
import { openPlace } from './report';
import type { StoredRun } from './run-store';

/** What the buttons of a run's dashboard do. */
export const pageCommands: Record<PageCommand, (run: StoredRun) => Thenable<unknown>> = {
  stop: ({ folder }) => runCommand('textclf.stop', folder),
  // Asked a second time, the command offers to kill.
  kill: ({ folder }) => runCommand('textclf.stop', folder),
  continueOnCpu: ({ folder }) => runCommand('textclf.continueOnCpu', folder),
  openExperiment: ({ folder }) => runCommand('textclf.openExperiment', folder),
  openFailure: ({ record, root }) => {
    const { place = { file: record.experimentFile } } = failureOf(record.message ?? '', root);
    return openPlace(place, editorColumn());
  },
  diffExperiment: ({ folder }) => runCommand('textclf.diffExperiment', folder),
  revealFolder: ({ folder }) => runCommand('textclf.revealRun', folder),
  showLog: ({ folder }) => runCommand('textclf.showLog', folder),
  exportModel: ({ folder }) => runCommand('textclf.exportModel', folder),
  toggleStar: ({ folder, starred }) => runCommand(starred ? 'textclf.unstarRun' : 'textclf.starRun', folder),
  trainAgain: ({ record: { model, experimentFile } }) => {
    const file = vscode.Uri.file(experimentFile);
    return runCommand(model === 'baseline' ? 'textclf.trainBaseline' : 'textclf.train', file);
  },
  openParent: async ({ folder, record: { parent } }) =>
    parent && runCommand('textclf.openDashboard', join(dirname(folder), parent.id)),
};
