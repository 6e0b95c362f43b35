import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { dataExtensions, hasColumns, isDataFileName } from '../protocol/data-formats';
import type { DataColumn } from '../protocol/helper';
import { HumanError } from '../protocol/human-error';
import { runPaths } from '../runs/paths';
import { registerCommand } from './commands';
import { withoutIcons, withoutLinks } from './plain-text';
import { currentRun, modelOf } from './predict-model';
import { plainLabel } from './prediction-text';
import type { StoredRun } from './run-store';
import type { Services } from './services';
import { requireTrust } from './trust';

const extensions = [...dataExtensions, 'txt'];

/** Larger files' results go to a file at once (bytes): the extension host must not carry them. */
const largestDocument = 10_000_000;
/** The same of what was predicted, which nobody knows before of a file that is packed (bytes): VS Code opens no more. */
const largestResults = 50_000_000;

/** Classifies every row of a file; the results stand in a new document. */
export function registerPredictFile(services: Services): vscode.Disposable {
  return registerCommand(services.report, 'textclf.predictFile', async (given) => {
    requireTrust('predicted');
    const run = currentRun(services);
    const file = run && (given ?? (await askForFile()));
    if (!run || !file || !(await isSaved(file))) return;
    const textColumns = await textColumnsOf(services, file, run);
    if (textColumns === 'unanswered') return;
    const { size } = await stat(file.fsPath);
    if (size <= largestDocument) await intoDocument(services, file, run, textColumns);
    else await intoFile(services, file, run, textColumns);
  });
}

/** The file in front, where it holds data; otherwise the person is asked. */
async function askForFile(): Promise<vscode.Uri | undefined> {
  // Not the active editor: a large file is in front without one.
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const active = input instanceof vscode.TabInputText ? input.uri : undefined;
  if (active?.scheme === 'file' && (isDataFileName(basename(active.path)) || isText(active))) return active;
  const picked = await vscode.window.showOpenDialog({
    title: 'Predict File',
    openLabel: 'Predict',
    filters: { 'Data, text': [...extensions, 'gz'] },
  });
  return picked?.[0];
}

/** A text on each line. */
function isText({ path }: vscode.Uri): boolean {
  return /\.txt(\.gz)?$/i.test(path);
}

/** The rows are read from the disk: what an editor has not written there would be missing. */
async function isSaved(file: vscode.Uri): Promise<boolean> {
  if (file.scheme !== 'file') {
    throw new HumanError(`${basename(file.path)} is not a file on this machine's disk.`, {
      hint: 'Save a copy of it there first.',
    });
  }
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (!document?.isDirty) return true;
  const save = 'Save and Predict';
  const message = `${basename(file.fsPath)} has changes that are not saved.`;
  const answer = await vscode.window.showWarningMessage(message, { modal: true }, save);
  return answer === save && document.save();
}

/** The columns that the model was trained on where the file has them, otherwise the one that the person picks. */
async function textColumnsOf(
  { inspector }: Services,
  file: vscode.Uri,
  run: StoredRun,
): Promise<string[] | undefined | 'unanswered'> {
  if (isText(file)) return undefined;
  const { format, columns, textColumn } = await inspector.request('inspect', { file: file.fsPath });
  if (!hasColumns(format)) return ['text'];
  const names = new Set(columns.map(({ name }) => name));
  const trained = await trainedColumns(run);
  if (trained.length > 0 && trained.every((name) => names.has(name))) return trained;
  if (columns.length === 1) return [...names];
  const guess = columns.filter(({ name }) => name === textColumn);
  const others = columns.filter(({ name }) => name !== textColumn);
  const picked = await vscode.window.showQuickPick([...guess, ...others].map(columnItem), {
    title: `Predict ${basename(file.fsPath)}`,
    placeHolder: 'Which column holds the text?',
    matchOnDescription: true,
  });
  return picked ? [picked.name] : 'unanswered';
}

function columnItem({ name, values }: DataColumn): vscode.QuickPickItem & { name: string } {
  const sample = values.slice(0, 3).map(plainLabel).join(' · ');
  return { label: withoutIcons(plainLabel(name)), description: withoutIcons(sample), name };
}

/** `data.text` of the experiment that the run was made from. */
async function trainedColumns({ folder }: StoredRun): Promise<string[]> {
  try {
    const { text } = JSON.parse(await readFile(runPaths(folder).experiment, 'utf8')).data;
    return [text].flat().filter((name) => typeof name === 'string');
  } catch {
    // A run folder without its experiment can still predict.
    return [];
  }
}

async function intoDocument(
  services: Services,
  file: vscode.Uri,
  run: StoredRun,
  textColumns: string[] | undefined,
): Promise<void> {
  const folder = services.context.globalStorageUri.fsPath;
  await mkdir(folder, { recursive: true });
  const output = join(folder, `predictions-${process.pid}-${Date.now()}.csv`);
  try {
    const rows = await classify(services, file, run, textColumns, output);
    if (rows === undefined) return;
    if ((await stat(output)).size > largestResults) {
      const target = await askForOutput(file, 'Save');
      if (!target) return;
      await copyFile(output, target.fsPath);
      tell(services, target, rows);
    } else await showNew(freeName(file), await readFile(output, 'utf8'));
  } finally {
    await rm(output, { force: true });
  }
}

/** Shows a text as a file that is not saved yet. */
async function showNew(file: vscode.Uri, content: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file.with({ scheme: 'untitled' }));
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), content);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
}

/** `reviews.predicted.csv` beside the file, or with the first number that is neither on the disk nor open. */
function freeName(file: vscode.Uri): vscode.Uri {
  const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.path));
  for (let number = 1; ; number++) {
    const name = resultsBeside(file, number === 1 ? '' : `-${number}`);
    if (!open.has(name.path) && !existsSync(name.fsPath)) return name;
  }
}

function resultsBeside(file: vscode.Uri, suffix = ''): vscode.Uri {
  return file.with({ path: file.path.replace(/\.[^./]*(\.gz)?$/i, `.predicted${suffix}.csv`) });
}

async function intoFile(
  services: Services,
  file: vscode.Uri,
  run: StoredRun,
  textColumns: string[] | undefined,
): Promise<void> {
  const output = await askForOutput(file, 'Predict');
  if (!output) return;
  const rows = await classify(services, file, run, textColumns, output.fsPath);
  if (rows !== undefined) tell(services, output, rows);
}

function askForOutput(file: vscode.Uri, saveLabel: string): Thenable<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog({
    title: `${basename(file.fsPath)} is large: where do the predictions go?`,
    defaultUri: resultsBeside(file),
    saveLabel,
    filters: { CSV: ['csv'] },
  });
}

function tell({ report }: Services, output: vscode.Uri, rows: number): void {
  const open = { title: 'Open', run: () => runOpen(output) };
  void report.info(`${basename(output.fsPath)} has predictions of ${countOf(rows, 'row')}.`, [open]);
}

function runOpen(file: vscode.Uri): Thenable<unknown> {
  return vscode.commands.executeCommand('vscode.open', file);
}

/** The number of rows; undefined where the person cancelled. */
async function classify(
  { predictor }: Services,
  file: vscode.Uri,
  run: StoredRun,
  textColumns: string[] | undefined,
  output: string,
): Promise<number | undefined> {
  const model = modelOf(run);
  const params = {
    modelFolder: model.folder,
    file: file.fsPath,
    output,
    ...(textColumns && { textColumns }),
  };
  const title = withoutLinks(withoutIcons(`Predicting ${basename(file.fsPath)} with ${run.name}`));
  try {
    const { rows } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        let shown = 0;
        const onProgress = (done: number, total: number) => {
          const percent = total > 0 ? (100 * done) / total : 0;
          progress.report({ increment: percent - shown, message: `${Math.floor(percent)} %` });
          shown = percent;
        };
        return predictor.request('predictFile', params, { token, onProgress });
      },
    );
    return rows;
  } catch (error) {
    if (error instanceof vscode.CancellationError) return undefined;
    throw error;
  }
}
