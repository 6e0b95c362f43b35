import * as vscode from 'vscode';
import type { Reporter } from './report';
import type { Training } from './trainings';

/** What a command may be called with: an experiment file, a run's folder, or an element of the runs view. */
export type RunTarget = string | { readonly runFolder: string };
/** What is selected in the runs view: a key has no element with it, and says this instead. */
export interface InSelection {
  readonly inSelection: true;
}
export type ExperimentTarget = vscode.Uri | { readonly experimentFile: vscode.Uri };

/** A training that waits, and its place in the queue, from 1. */
export interface QueuedTarget {
  readonly training: Training;
  readonly place: number;
}

/**
 * Every command and its arguments. Those marked may be missing: the palette gives none, then the active
 * editor counts, or the person is asked. A test holds this table against package.json.
 */
export interface Commands {
  'textclf.train': [experiment?: ExperimentTarget];
  'textclf.trainBaseline': [experiment?: ExperimentTarget];
  'textclf.stop': [run?: RunTarget];
  'textclf.continueOnCpu': [run?: RunTarget];
  'textclf.cancelQueued': [waiting: QueuedTarget];
  'textclf.openDashboard': [target?: RunTarget | ExperimentTarget, options?: { preserveFocus?: boolean }];
  'textclf.newExperiment': [dataFile?: vscode.Uri];
  /** Of an experiment, or of a data file. */
  'textclf.inspectData': [file?: RunTarget | ExperimentTarget];
  'textclf.predictSelection': [];
  'textclf.predictText': [target?: RunTarget | ExperimentTarget];
  'textclf.predictExamples': [experiment?: ExperimentTarget];
  'textclf.predictFile': [file?: vscode.Uri];
  'textclf.clearPredictions': [];
  'textclf.chooseModel': [run?: RunTarget];
  'textclf.refreshRuns': [];
  'textclf.renameRun': [run?: RunTarget | InSelection];
  'textclf.editNote': [run?: RunTarget];
  'textclf.starRun': [run?: RunTarget];
  'textclf.unstarRun': [run?: RunTarget];
  'textclf.compareRuns': [run?: RunTarget, selected?: readonly RunTarget[]];
  'textclf.openExperiment': [target?: RunTarget | ExperimentTarget];
  'textclf.diffExperiment': [run?: RunTarget];
  'textclf.adoptTrial': [trial?: RunTarget];
  'textclf.revealRun': [run?: RunTarget];
  'textclf.exportModel': [run?: RunTarget];
  'textclf.pushModel': [run?: RunTarget];
  /** A row, by its workspace folder and `issueKey`. */
  'textclf.keepLabel': [row: { readonly root: string; readonly key: string }];
  'textclf.deleteRun': [run?: RunTarget | InSelection, selected?: readonly RunTarget[]];
  'textclf.showLog': [run?: RunTarget];
  'textclf.devices': [];
  'textclf.installTensorflow': [];
  'textclf.createExample': [];
  'textclf.openWalkthrough': [];
}

export type CommandId = keyof Commands;

export type CommandHandler<Id extends CommandId> = (...args: Commands[Id]) => unknown;

/** Registers a command; whatever it throws is shown to the person. */
export function registerCommand<Id extends CommandId>(
  report: Reporter,
  id: Id,
  handler: CommandHandler<Id>,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: unknown[]) => {
    try {
      return await handler(...(args as Commands[Id]));
    } catch (error) {
      // Who runs the command is not to wait until the notification is dismissed.
      void report.error(error);
      return undefined;
    }
  });
}

/** A command for code lenses, tree items and status bar items. */
export function commandLink<Id extends CommandId>(
  id: Id,
  title: string,
  ...args: Commands[Id]
): vscode.Command {
  return { command: id, title, arguments: args };
}

export function runCommand<Id extends CommandId>(id: Id, ...args: Commands[Id]): Thenable<unknown> {
  return vscode.commands.executeCommand(id, ...args);
}

/** The folder of the run that an argument stands for. */
export function runFolderOf(target: RunTarget | ExperimentTarget | undefined): string | undefined {
  if (typeof target === 'string') return target;
  return target && 'runFolder' in target ? target.runFolder : undefined;
}

/** The experiment file that an argument stands for. */
export function experimentOf(target: RunTarget | ExperimentTarget | undefined): vscode.Uri | undefined {
  if (target instanceof vscode.Uri) return target;
  return target && typeof target !== 'string' && 'experimentFile' in target
    ? target.experimentFile
    : undefined;
}
