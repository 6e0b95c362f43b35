import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { type Annotations, annotate } from '../runs/annotations';
import { registerAdoptTrial } from './adopt-trial';
import { type InSelection, type RunTarget, registerCommand, runFolderOf } from './commands';
import { compareRuns } from './compare-runs';
import { deleteRuns } from './delete-runs';
import { exportModel } from './export-model';
import { pickExperiment, pickRun } from './pick';
import { withoutIcons, withoutLinks } from './plain-text';
import { pushModel } from './push-model';
import { reveal } from './reveal';
import { registerRunDocuments } from './run-documents';
import type { Services } from './services';
import { stopRun } from './stop-run';

type Selection = () => Promise<readonly RunTarget[]>;

/**
 * The commands on runs.
 *
 * @param selection the runs that a key pressed in the view is meant for
 */
export function registerRunActions(services: Services, selection: Selection): vscode.Disposable {
  const { report, store } = services;
  const documents = registerRunDocuments(services);
  const annotateRun = async (
    target: RunTarget | undefined,
    title: string,
    change: Partial<Annotations>,
    filter: (run: Annotations) => boolean,
  ) => {
    const run = await pickRun(services, target, { title, filter });
    if (!run) return;
    annotate(run.folder, change);
    store.refresh();
  };
  return vscode.Disposable.from(
    documents,
    registerAdoptTrial(services),
    registerCommand(report, 'textclf.refreshRuns', () => store.refresh()),
    registerCommand(report, 'textclf.stop', (target) => stopRun(services, target)),
    registerCommand(report, 'textclf.renameRun', async (target) => {
      if (!isInSelection(target)) return renameRun(services, target);
      const [run] = await selection();
      if (run) await renameRun(services, run);
    }),
    registerCommand(report, 'textclf.editNote', (target) => editNote(services, target)),
    registerCommand(report, 'textclf.starRun', (target) =>
      annotateRun(target, 'Star Run', { starred: true }, ({ starred }) => !starred),
    ),
    registerCommand(report, 'textclf.unstarRun', (target) =>
      annotateRun(target, 'Remove Star of Run', { starred: false }, ({ starred }) => starred),
    ),
    registerCommand(report, 'textclf.compareRuns', (target, selected) =>
      compareRuns(services, target, selected),
    ),
    registerCommand(report, 'textclf.openExperiment', async (target) => {
      const file = await pickExperiment(services, target, 'Open Experiment');
      if (file) await openExperiment(file);
    }),
    registerCommand(report, 'textclf.diffExperiment', async (target) => {
      const run = await pickRun(services, target, { title: 'Compare Experiment as It Was with Now' });
      if (run) await documents.openDiff(run);
    }),
    registerCommand(report, 'textclf.revealRun', async (target) => {
      const folder =
        runFolderOf(target) ?? (await pickRun(services, target, { title: 'Reveal Run Folder' }))?.folder;
      if (folder) await reveal(folder);
    }),
    registerCommand(report, 'textclf.exportModel', (target) => exportModel(services, target)),
    registerCommand(report, 'textclf.pushModel', (target) => pushModel(services, target)),
    registerCommand(report, 'textclf.deleteRun', async (target, selected) => {
      if (!isInSelection(target)) return deleteRuns(services, target, selected);
      const runs = await selection();
      if (runs.length > 0) await deleteRuns(services, undefined, runs);
    }),
    registerCommand(report, 'textclf.showLog', async (target) => {
      if (target === undefined) return report.log.show();
      const run = await pickRun(services, target, { title: 'Show Log' });
      if (run) await documents.openLog(run);
    }),
  );
}

function isInSelection(target: RunTarget | InSelection | undefined): target is InSelection {
  return typeof target === 'object' && 'inSelection' in target;
}

const longestName = 80;

async function renameRun(services: Services, target: RunTarget | undefined): Promise<void> {
  const run = await pickRun(services, target, { title: 'Rename Run' });
  if (!run) return;
  const name = await vscode.window.showInputBox({
    title: 'Rename Run',
    prompt: withoutLinks(withoutIcons(`Empty: the experiment's name, "${run.record.name}"`)),
    value: run.name,
    validateInput: (text) =>
      text.trim().length > longestName ? `A name has ${longestName} characters at most.` : undefined,
  });
  if (name === undefined) return;
  annotate(run.folder, { name: name.trim() || undefined });
  services.store.refresh();
}

async function editNote(services: Services, target: RunTarget | undefined): Promise<void> {
  const run = await pickRun(services, target, { title: 'Edit Note of Run' });
  if (!run) return;
  // The box has one line; what it shows for a line break can be typed, too.
  const note = await vscode.window.showInputBox({
    title: `Note of ${run.name}`,
    prompt: 'Write \\n for a new line',
    value: run.note.replaceAll('\\', '\\\\').replaceAll('\n', '\\n'),
  });
  if (note === undefined) return;
  const text = note.replaceAll(/\\([n\\])/g, (_, letter) => (letter === 'n' ? '\n' : '\\'));
  annotate(run.folder, { note: text.trim() });
  services.store.refresh();
}

async function openExperiment(file: vscode.Uri): Promise<void> {
  if (!existsSync(file.fsPath)) {
    throw new HumanError('The experiment file was deleted or moved.', {
      place: { file: file.fsPath },
      hint: 'Its settings are still in its runs: "Compare Experiment as It Was with Now".',
    });
  }
  await vscode.window.showTextDocument(file);
}
