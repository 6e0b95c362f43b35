/** Rows that look mislabelled are marked in their data file, and relabelled there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { listRuns, type Run } from '../../../src/runs/list';
import { runsFolder, stateFolder } from '../../../src/runs/paths';
import {
  closeEditors,
  openFile,
  replaceText,
  settledDiagnostics,
  until,
  workspaceFile,
  writeFile,
} from '../support';

const { executeCommand } = vscode.commands;

/** So many rows, every twentieth with the label of the other class. */
const count = 120;
const isWrong = (i: number) => i % 20 === 4;
const labelOf = (i: number) => ((i % 2 === 0) === !isWrong(i) ? 'good' : 'bad');
/** Over two lines, so that lines and rows differ. */
const textOf = (i: number) =>
  `film ${i % 9}\r\nwas a ${i % 2 === 0 ? 'great, fine' : 'boring, dull'} ""one"" ${i}`;
const contents = `id,label,text\r\n${Array.from({ length: count }, (_, i) => `${i},${labelOf(i)},"${textOf(i)}"\r\n`).join('')}`;
const wrong = Array.from({ length: count }, (_, i) => i).filter(isWrong);
const lineOf = (i: number) => 2 + 2 * i;

function root(): string {
  return workspaceFile('').fsPath.replace(/[\\/]$/, '');
}

function isEnded({ record }: Run): boolean {
  return record.group?.kind === 'folds' && record.endedAt !== undefined;
}

async function trainFolds(name: string, data: object): Promise<void> {
  const experiment = { data: { ...data, validation: { folds: 4 } }, model: { type: 'baseline' } };
  const { uri } = await openFile(`l/${name}.textclf.json`, JSON.stringify(experiment));
  await executeCommand('textclf.train', uri);
  await until(
    'the end of the folds',
    () =>
      listRuns(root()).some(
        (run) => run.type === 'run' && run.record.experimentFile === uri.fsPath && isEnded(run),
      ),
    60_000,
  );
  await executeCommand('textclf.refreshRuns');
  await closeEditors();
}

function doubtsIn(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ code }) => code === 'label');
}

async function fixesOf(
  document: vscode.TextDocument,
  { range }: vscode.Diagnostic,
): Promise<vscode.CodeAction[]> {
  const kind = vscode.CodeActionKind.QuickFix.value;
  return executeCommand('vscode.executeCodeActionProvider', document.uri, range, kind);
}

describe('labels that look wrong', () => {
  const uri = () => workspaceFile('l/rows.csv');

  before(async function () {
    this.timeout(90_000);
    await writeFile('l/rows.csv', contents);
    await trainFolds('rows', { train: 'rows.csv' });
  });
  afterEach(closeEditors);
  after(async () => {
    await rm(runsFolder(root()), { recursive: true, force: true });
    await executeCommand('textclf.refreshRuns');
  });

  it('are marked in the data file before it is opened', async () => {
    const found = await settledDiagnostics(uri(), wrong.length);
    assert.deepEqual(
      found.map(({ range }) => range.start.line + 1).sort((a, b) => a - b),
      wrong.map(lineOf),
    );
    for (const { source, severity, message } of found) {
      assert.equal(source, 'TextClf');
      assert.equal(severity, vscode.DiagnosticSeverity.Information);
      assert.match(
        message,
        /^The label "(good|bad)" looks wrong: "(good|bad)" is more likely \(\d+\.\d %, says the run "rows"\)\.$/,
      );
    }
  });

  it('are relabelled in their field alone; undo takes that back', async () => {
    const document = await openFile('l/rows.csv', contents);
    const [first] = await until('the label itself to be marked', () => {
      const found = doubtsIn(uri()).sort((a, b) => a.range.start.line - b.range.start.line);
      return (
        found.length === wrong.length &&
        found.every(({ range }) => ['good', 'bad'].includes(document.getText(range))) &&
        found
      );
    });
    const fix = (await fixesOf(document, first!)).find(({ title }) => title === 'Relabel as "good"');
    assert.ok(fix?.edit);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.equal(document.getText(), contents.replace('\r\n4,bad,', '\r\n4,good,'));
    await settledDiagnostics(uri(), wrong.length - 1);
    await executeCommand('undo');
    assert.equal(document.getText(), contents);
    await settledDiagnostics(uri(), wrong.length);
  });

  it('are followed where rows are added before them, and forgotten where their text is changed', async () => {
    const document = await openFile('l/rows.csv', contents);
    await replaceText(document, 'id,label,text\r\n', 'id,label,text\r\nx,good,a new one\r\n');
    await until('the rows one line below', () => {
      const lines = doubtsIn(uri()).map(({ range }) => range.start.line + 1);
      return (
        lines.length === wrong.length && lines.every((line) => wrong.some((i) => lineOf(i) + 1 === line))
      );
    });
    await replaceText(document, `""one"" ${wrong[2]}"`, `""one"" and more"`);
    await settledDiagnostics(uri(), wrong.length - 1);
  });

  it('are kept when a person says so', async () => {
    const document = await openFile('l/rows.csv', contents);
    const [first] = await settledDiagnostics(uri(), wrong.length);
    const keep = (await fixesOf(document, first!)).find(({ title }) => title.startsWith('Keep the label "'));
    assert.ok(keep?.command);
    await executeCommand(keep.command.command, ...(keep.command.arguments ?? []));
    await settledDiagnostics(uri(), wrong.length - 1);
    assert.equal(document.isDirty, false);
    await rm(`${stateFolder(root())}/kept-labels.ndjson`);
    await executeCommand('textclf.refreshRuns');
  });

  it('move a file where each class is a folder', async function () {
    this.timeout(90_000);
    for (let i = 0; i < count; i++) {
      await writeFile(
        `l/films/${labelOf(i)}/${i}.txt`,
        `film ${i} was a ${i % 2 === 0 ? 'great' : 'boring'} one`,
      );
    }
    await trainFolds('films', { train: 'films' });
    const file = workspaceFile(`l/films/bad/${wrong[0]}.txt`);
    await settledDiagnostics(file, 1);
    const document = await vscode.workspace.openTextDocument(file);
    const fix = await until('the quick fix', async () => {
      const [found] = doubtsIn(file);
      return found && (await fixesOf(document, found)).find(({ title }) => title === 'Relabel as "good"');
    });
    assert.ok(await vscode.workspace.applyEdit(fix.edit!));
    assert.ok(existsSync(workspaceFile(`l/films/good/${wrong[0]}.txt`).fsPath));
    assert.ok(!existsSync(file.fsPath));
    await settledDiagnostics(file, 0);
  });

  it('are marked no more when the run is deleted', async () => {
    await settledDiagnostics(uri(), wrong.length);
    await rm(runsFolder(root()), { recursive: true, force: true });
    await executeCommand('textclf.refreshRuns');
    await settledDiagnostics(uri(), 0);
  });
});
