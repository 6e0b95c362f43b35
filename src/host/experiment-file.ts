import { findNodeAtLocation, type Node } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Path } from '../experiment/problems';
import { parseSyntax } from '../experiment/syntax';

export const experimentFiles: vscode.DocumentFilter = { pattern: '**/*.textclf.json' };

/** Whether it is an experiment to work on: not an older version of one, as comparisons show them. */
export function isExperiment(document: vscode.TextDocument): boolean {
  const { scheme } = document.uri;
  const isEditable = scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(scheme) === true;
  return isEditable && vscode.languages.match(experimentFiles, document) > 0;
}

/** The open document of a file, if it is open. */
export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}

/** Where an option stands in an experiment file; the nearest object around it where it is left out. */
export function rangeOfOption(document: vscode.TextDocument, path: Path): vscode.Range | undefined {
  const { tree } = parseSyntax(document.getText());
  const node = tree && nearestNode(tree, path);
  if (!node) return undefined;
  return new vscode.Range(
    document.positionAt(node.offset),
    document.positionAt(node.offset + (node.type === 'object' ? 1 : node.length)),
  );
}

function nearestNode(tree: Node, path: Path): Node {
  if (path.length === 0) return tree;
  return findNodeAtLocation(tree, path) ?? nearestNode(tree, path.slice(0, -1));
}
