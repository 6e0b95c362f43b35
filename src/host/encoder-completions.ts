import { dirname, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { valuePlace } from '../experiment/value-place';
import { experimentFiles } from './experiment-file';

/** More folders than this nobody chooses from. */
const mostFolders = 20;

/** Proposes the folders of the workspace that hold an encoder; those of the Hub are in the JSON schema. */
export function registerEncoderCompletions(): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider(
    experimentFiles,
    { provideCompletionItems: (document, position) => encodersFor(document, position) },
    '"',
  );
}

async function encodersFor(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const place = valuePlace(document.getText(), document.offsetAt(position), ['model', 'encoder']);
  if (!place) return [];
  const range = new vscode.Range(
    document.positionAt(place.offset),
    document.positionAt(place.offset + place.length),
  );
  const weights = await vscode.workspace.findFiles(
    '**/{model.safetensors,model.safetensors.index.json}',
    '**/{node_modules,.textclf}/**',
    mostFolders,
  );
  const folders = await Promise.all(weights.map(({ fsPath }) => encoderFolder(dirname(fsPath))));
  return folders
    .flatMap((folder) => folder ?? [])
    .map((folder) => {
      const name = JSON.stringify(pathFrom(dirname(document.uri.fsPath), folder));
      const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Folder);
      return Object.assign(item, { range, filterText: name, detail: 'An encoder in this workspace' });
    });
}

/** The folder, where it has a configuration too. */
async function encoderFolder(folder: string): Promise<string | undefined> {
  const config = vscode.Uri.joinPath(vscode.Uri.file(folder), 'config.json');
  return vscode.workspace.fs.stat(config).then(
    () => folder,
    () => undefined,
  );
}

/** With forward slashes, and never to be taken for a name on the Hub. */
function pathFrom(home: string, folder: string): string {
  const path = relative(home, folder).split(sep).join('/') || '.';
  return path.startsWith('.') ? path : `./${path}`;
}
