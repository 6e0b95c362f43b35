import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import * as vscode from 'vscode';
import { knownEncoders } from '../experiment/known-encoders';
import { newExperimentText } from '../experiment/new-experiment';
import { bytesText } from '../protocol/bytes';
import { dataExtensions, hasColumns, isDataFileName } from '../protocol/data-formats';
import type { DataColumn, DataInspection } from '../protocol/helper';
import { HumanError } from '../protocol/human-error';
import { registerCommand } from './commands';
import { rangeOfOption } from './experiment-file';
import { loadExperimentTools } from './load-experiment-tools';
import { withoutIcons, withoutLinks } from './plain-text';
import type { Services } from './services';
import { requireTrust } from './trust';

const title = 'New Experiment';
const extension = '.textclf.json';

/** Makes an experiment file from a data file or a folder with one folder a class, asking for what it has guessed. */
export function registerNewExperiment({ report, inspector }: Services): vscode.Disposable {
  return registerCommand(report, 'textclf.newExperiment', async (given) => {
    requireTrust('read');
    const data = given instanceof vscode.Uri ? given : await pickDataFile();
    if (!data) return;
    requireDisk(data);
    const inspection = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Looking into ${basename(data.fsPath)}` },
      () => inspector.request('inspect', { file: data.fsPath }),
    );
    const isChoice = hasColumns(inspection.format);
    const text = isChoice ? await pickTextColumns(data, inspection) : ['text'];
    if (!text) return;
    const label = isChoice ? await pickLabelColumn(data, inspection, text) : 'label';
    const task = label && (await pickTask(inspection, label));
    const model = task && (await pickModel());
    const encoder = model === 'pretrained' ? await pickEncoder() : undefined;
    if (model === 'pretrained' && encoder === undefined) return;
    const file = model && (await askForFile(data));
    if (!file) return;
    const contents = newExperimentText({
      name: basename(file.fsPath).slice(0, -extension.length),
      train: pathFrom(dirname(file.fsPath), data.fsPath),
      format: inspection.format,
      text,
      label,
      ...(inspection.classes ? { labels: inspection.classes } : {}),
      ...task,
      model,
      ...(encoder === undefined ? {} : { encoder }),
      examples: examplesFrom(inspection, text),
    });
    await create(file, contents);
  });
}

/** @throws HumanError where another process could not read the file */
function requireDisk({ scheme, path }: vscode.Uri): void {
  if (scheme === 'file') return;
  throw new HumanError(`${basename(path)} is not on a disk of this machine.`, {
    hint: 'Save it into a folder first.',
  });
}

/** One of the workspace, or any other. */
async function pickDataFile(): Promise<vscode.Uri | undefined> {
  const pattern = `**/*.{${dataExtensions.map((name) => `${name},${name}.gz`).join(',')}}`;
  const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.textclf,.vscode}/**', 200);
  const files = found.filter(({ path }) => isDataFileName(basename(path)));
  if (files.length === 0) return browse();
  const items: (vscode.QuickPickItem & { uri?: vscode.Uri })[] = files
    .map((uri) => ({ label: withoutIcons(vscode.workspace.asRelativePath(uri)), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const other = (label: string, icon: string) => ({
    label,
    alwaysShow: true,
    iconPath: new vscode.ThemeIcon(icon),
  });
  const folder = other('A folder with one folder a class…', 'folder-opened');
  items.push(other('Browse…', 'file'), folder);
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'The data to learn from' });
  return picked && (picked.uri ?? browse(picked === folder));
}

async function browse(isFolder = false): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    title,
    openLabel: 'Use This Data',
    ...(isFolder
      ? { canSelectFolders: true, canSelectFiles: false }
      : { filters: { Data: [...dataExtensions, 'gz'] } }),
  });
  return files?.[0];
}

type ColumnItem = vscode.QuickPickItem & { column: string };

async function pickTextColumns(
  data: vscode.Uri,
  { columns, textColumn }: DataInspection,
): Promise<string[] | undefined> {
  if (columns.length < 2) {
    throw new HumanError('This file needs two columns: one for the text, one for its class.', {
      place: { file: data.fsPath },
      hint: columns.length === 1 ? 'Is it another separator than its extension says?' : 'It has none.',
    });
  }
  const items = columns.map((column) => ({ ...itemOf(column), picked: column.name === textColumn }));
  const picked = await vscode.window.showQuickPick<ColumnItem>(items, {
    title,
    placeHolder: 'The column with the text (several are joined)',
    canPickMany: true,
  });
  return picked && picked.length > 0 ? picked.map(({ column }) => column) : undefined;
}

async function pickLabelColumn(
  { fsPath }: vscode.Uri,
  { columns, labelColumn }: DataInspection,
  text: readonly string[],
): Promise<string | undefined> {
  const left = columns.filter(({ name }) => !text.includes(name));
  if (left.length === 0) {
    throw new HumanError('Every column is text now: none is left for the class.', {
      place: { file: fsPath },
    });
  }
  // The first one is preselected.
  left.sort((a, b) => Number(b.name === labelColumn) - Number(a.name === labelColumn));
  const picked = await vscode.window.showQuickPick<ColumnItem>(left.map(itemOf), {
    title,
    placeHolder: "The column with each text's class",
  });
  return picked?.column;
}

const longestSample = 60;

/** A column with what it holds: a few of its values. */
function itemOf({ name, distinct, values }: DataColumn): ColumnItem {
  const samples = values.slice(0, 4).map((value) => {
    const line = value.replace(/\s+/g, ' ');
    return line.length > longestSample ? `${line.slice(0, longestSample)}…` : line;
  });
  const dots = distinct > samples.length ? ', …' : '';
  return {
    label: withoutIcons(name),
    description: `${distinct} different`,
    detail: withoutIcons(samples.join(', ')) + dots,
    column: name,
  };
}

/** Whether a row has several labels. Asked only where the values look like it. */
async function pickTask(
  { columns }: DataInspection,
  label: string,
): Promise<{ labelSeparator?: string } | undefined> {
  const { labelSeparator, values = [] } = columns.find(({ name }) => name === label) ?? {};
  if (labelSeparator === undefined) return {};
  const example = values.find((value) => value.includes(labelSeparator)) ?? '';
  const parts = example.split(labelSeparator).map((part) => `"${part.trim()}"`);
  const items = [
    {
      label: 'Several classes a text',
      detail: withoutIcons(`"${example}" means ${parts.join(' and ')}: any of them, or none (multi-label)`),
      task: { labelSeparator },
    },
    {
      label: 'One class a text',
      detail: withoutIcons(`"${example}" is a class of its own`),
      task: {},
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'How many classes does a text have?',
  });
  return picked?.task;
}

async function pickModel(): Promise<string | undefined> {
  const { typesAt } = await loadExperimentTools();
  const items = typesAt(['model']).map(({ type, meaning }, place) => ({
    label: type,
    detail: meaning,
    // The schema lists first what one should always try first.
    ...(place === 0 ? { description: 'recommended to begin with' } : {}),
  }));
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'The model that learns' });
  return picked?.label;
}

/** One of the popular ones, or any other by its name. */
async function pickEncoder(): Promise<string | undefined> {
  const items: (vscode.QuickPickItem & { name?: string })[] = knownEncoders.map(
    ({ name, title: detail, bytes }) => ({
      label: name,
      description: `about ${bytesText(bytes)}`,
      detail,
      name,
    }),
  );
  items.push({ label: 'Another…', alwaysShow: true, iconPath: new vscode.ThemeIcon('edit') });
  const placeHolder = 'The encoder to start from, downloaded once when training starts';
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDetail: true });
  return picked && (picked.name ?? askForEncoder());
}

async function askForEncoder(): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title,
    prompt: 'A name on the Hugging Face Hub (BERT, RoBERTa, DistilBERT or ALBERT), or a folder: ./my-encoder',
    validateInput: (text) => (text.trim() === '' ? 'Write a name.' : undefined),
  });
  return name?.trim();
}

/** Where the experiment is to lie: a path in the workspace folder that has the data, or beside the data. */
async function askForFile(data: vscode.Uri): Promise<vscode.Uri | undefined> {
  const home = vscode.workspace.getWorkspaceFolder(data)?.uri.fsPath ?? dirname(data.fsPath);
  const stem = basename(data.fsPath)
    .replace(/(\.gz)?$/i, '')
    .replace(/(?<=.)\.[^.]+$/, '');
  const value = await freeName(home, stem);
  const name = await vscode.window.showInputBox({
    title,
    prompt: withoutLinks(withoutIcons(`A file in ${home}`)),
    value,
    valueSelection: [0, value.length - extension.length],
    validateInput: (path) => refusal(home, path.trim()),
  });
  return name === undefined ? undefined : vscode.Uri.file(resolve(home, withExtension(name.trim())));
}

async function freeName(folder: string, stem: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `${stem}${number > 1 ? `-${number}` : ''}${extension}`;
    if (!(await exists(join(folder, name)))) return name;
  }
}

async function refusal(home: string, path: string): Promise<string | undefined> {
  if (withExtension(path) === extension || /[\\/]$/.test(path)) return 'Write a name.';
  if (isAbsolute(path)) return 'Write a path that starts in this folder.';
  return (await exists(resolve(home, withExtension(path)))) ? 'There is such a file already.' : undefined;
}

function withExtension(name: string): string {
  return name.endsWith(extension) ? name : `${name}${extension}`;
}

async function exists(file: string): Promise<boolean> {
  return vscode.workspace.fs.stat(vscode.Uri.file(file)).then(
    () => true,
    () => false,
  );
}

/** With forward slashes, which work everywhere. Files on another drive have no relative path. */
function pathFrom(folder: string, file: string): string {
  return relative(folder, file).replaceAll('\\', '/');
}

const mostExamples = 2;
const longestExample = 160;

/** Texts of the data, as a taste: the person puts their own in their place. */
function examplesFrom({ columns }: DataInspection, [column]: readonly string[]): string[] {
  const values = columns.find(({ name }) => name === column)?.values ?? [];
  return values
    .map((value) => value.replace(/\s+/g, ' ').trim())
    .filter((value) => value !== '' && value.length <= longestExample)
    .slice(0, mostExamples);
}

/** Undo takes the file away again. The cursor stands at the experiment's name. */
async function create(file: vscode.Uri, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(file, { contents: new TextEncoder().encode(text), overwrite: false });
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new HumanError('The experiment file could not be written.', {
      place: { file: file.fsPath },
      hint: 'Check that its folder can be written to.',
    });
  }
  const document = await vscode.workspace.openTextDocument(file);
  const editor = await vscode.window.showTextDocument(document);
  const name = rangeOfOption(document, ['name'])!;
  // Without its quotes.
  editor.selection = new vscode.Selection(name.start.translate(0, 1), name.end.translate(0, -1));
}
