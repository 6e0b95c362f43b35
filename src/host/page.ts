import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** What a page is of; VS Code keeps it while the window is closed and gives it to the serializer. */
export type PageState =
  | { kind: 'run'; folder: string }
  | { kind: 'comparison'; folders: string[] }
  /** Of an experiment file, or of a data file by itself. */
  | { kind: 'data'; file: string };

/** Undefined for what an older version, or somebody else, may have left. */
export function parsePageState(state: unknown): PageState | undefined {
  if (typeof state !== 'object' || state === null || !('kind' in state)) return undefined;
  if (state.kind === 'run' && 'folder' in state && typeof state.folder === 'string') {
    return { kind: 'run', folder: state.folder };
  }
  if (state.kind === 'data' && 'file' in state && typeof state.file === 'string') {
    return { kind: 'data', file: state.file };
  }
  if (state.kind === 'comparison' && 'folders' in state && Array.isArray(state.folders)) {
    return { kind: 'comparison', folders: state.folders.filter((folder) => typeof folder === 'string') };
  }
  return undefined;
}

export function webviewFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'webview');
}

export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [webviewFolder(extension)] };
}

/** The dashboard's page. Only our own script and styles run in it, and it can reach nothing else. */
export function pageHtml(webview: vscode.Webview, extension: vscode.Uri, state: PageState): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(webviewFolder(extension), name));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${uri('codicon.css')}" id="vscode-codicon-stylesheet" nonce="${nonce}">
  <link rel="stylesheet" href="${uri('dashboard.css')}" nonce="${nonce}">
  <title>TextClf</title>
</head>
<body data-state="${escapeAttribute(JSON.stringify(state))}">
  <textclf-dashboard></textclf-dashboard>
  <script type="module" nonce="${nonce}" src="${uri('dashboard.js')}"></script>
</body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
