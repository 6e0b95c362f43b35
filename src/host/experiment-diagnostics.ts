import { basename } from 'node:path';
import * as vscode from 'vscode';
import { jsonMistakes } from '../experiment/syntax';
import { countOf } from '../protocol/count';
import type { ExperimentProblem } from '../protocol/helper';
import { rangeOfOption } from './experiment-file';

/** A problem, as it is shown in the experiment file. */
export interface ShownProblem {
  problem: ExperimentProblem;
  diagnostic: vscode.Diagnostic;
}

/** An experiment's problems by the file that they are shown in. */
export interface ProblemsByFile {
  inExperiment: ShownProblem[];
  /** By the path of a data file. */
  inData: Map<string, vscode.Diagnostic[]>;
}

/** One data file can have as many mistakes as rows: the experiment names the first few of them. */
const mostRelated = 10;

export function diagnosticsOf(
  document: vscode.TextDocument,
  problems: readonly ExperimentProblem[],
): ProblemsByFile {
  const markedAlready = hasJsonSupport(document)
    ? new Set(jsonMistakes(document.getText()).map(({ message }) => message))
    : new Set<string>();
  const inExperiment: ShownProblem[] = [];
  const inData = new Map<string, ExperimentProblem[]>();
  for (const problem of problems) {
    const { file } = problem.place;
    if (file !== document.uri.fsPath) inData.set(file, [...(inData.get(file) ?? []), problem]);
    else if (!markedAlready.has(problem.message)) {
      inExperiment.push({ problem, diagnostic: diagnosticOf(problem) });
    }
  }
  for (const [file, found] of inData) {
    inExperiment.push({ problem: found[0]!, diagnostic: pointerTo(document, file, found) });
  }
  return {
    inExperiment,
    inData: new Map([...inData].map(([file, found]) => [file, found.map(diagnosticOf)])),
  };
}

/** Whether VS Code itself marks what any JSON parser would: then it is not to be said twice. */
function hasJsonSupport({ languageId }: vscode.TextDocument): boolean {
  return (
    ['json', 'jsonc'].includes(languageId) &&
    vscode.extensions.getExtension('vscode.json-language-features') !== undefined &&
    vscode.workspace.getConfiguration('json').get('validate.enable') !== false
  );
}

function diagnosticOf({ severity, message, hint, place }: ExperimentProblem): vscode.Diagnostic {
  return newDiagnostic(rangeOf(place), hint ? `${message}\n${hint}` : message, severity);
}

/** In the experiment: that a data file which it names has problems, and which. */
function pointerTo(
  document: vscode.TextDocument,
  file: string,
  found: readonly ExperimentProblem[],
): vscode.Diagnostic {
  const [first] = found;
  const severity = found.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
  const line = first!.place.line === undefined ? '' : `, line ${first!.place.line}`;
  const all =
    found.length === 1 ? '' : `${basename(file)} has ${countOf(found.length, 'problem')}. The first: `;
  const message = `${all}in ${basename(file)}${line}: ${first!.message}`;
  const range = rangeOfOption(document, first!.path) ?? new vscode.Range(0, 0, 0, 1);
  const diagnostic = newDiagnostic(range, message, severity);
  diagnostic.relatedInformation = found.slice(0, mostRelated).map((problem) => {
    const location = new vscode.Location(vscode.Uri.file(file), rangeOf(problem.place));
    return new vscode.DiagnosticRelatedInformation(location, problem.message);
  });
  return diagnostic;
}

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
};

function newDiagnostic(
  range: vscode.Range,
  message: string,
  severity: ExperimentProblem['severity'],
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, message, severities[severity]);
  diagnostic.source = 'TextClf';
  return diagnostic;
}

/** Longer than any line: VS Code stops at the end of each. */
const endOfLine = 1_000_000;

/** A place without a column is its whole line. */
function rangeOf({ line = 1, column, endLine, endColumn }: ExperimentProblem['place']): vscode.Range {
  const start = new vscode.Position(line - 1, (column ?? 1) - 1);
  if (endLine !== undefined && endColumn !== undefined) {
    return new vscode.Range(start, new vscode.Position(endLine - 1, endColumn - 1));
  }
  return new vscode.Range(start, start.with({ character: endOfLine }));
}
