import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isDataFileName } from '../protocol/data-formats';
import { HumanError } from '../protocol/human-error';
import { experimentOf, registerCommand } from './commands';
import { pickExperiment } from './pick';
import type { Services } from './services';

/** "Inspect Data": what there is to know of an experiment's data, or of a data file's, before anything is trained. */
export function registerInspectData(services: Services): vscode.Disposable {
  const { report, dashboards } = services;
  return registerCommand(report, 'textclf.inspectData', async (target) => {
    const uri =
      experimentOf(target) ?? activeDataFile() ?? (await pickExperiment(services, target, 'Inspect Data'));
    if (uri) dashboards.openData(onDisk(uri));
  });
}

/** The data file in front: a large one is there without an editor. */
function activeDataFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  return uri?.scheme === 'file' && isDataFileName(uri.path) ? uri : undefined;
}

/** @throws HumanError where another process could not read the file */
function onDisk({ scheme, path, fsPath }: vscode.Uri): string {
  if (scheme === 'file') return fsPath;
  throw new HumanError(`${basename(path)} is not on a disk of this machine.`, {
    hint: 'Save it into a folder first.',
  });
}
