import * as vscode from 'vscode';
import { FileWatch } from './file-watch';
import { packedRowsOf, packedScheme } from './packed-files';
import type { Services } from './services';
import { requireTrust } from './trust';

/** Read-only documents of rows in files that no editor can show: Parquet as JSON Lines, gzipped ones unpacked. */
export function registerPackedDocuments({ inspector }: Services): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const watches = new Map<string, FileWatch>();
  const watch = (uri: vscode.Uri, file: string) => {
    const key = uri.toString();
    if (watches.has(key)) return;
    const watch = new FileWatch(() => changed.fire(uri));
    watch.set([file]);
    watches.set(key, watch);
  };
  const forget = (uri: vscode.Uri) => {
    watches.get(uri.toString())?.dispose();
    watches.delete(uri.toString());
  };
  return vscode.Disposable.from(
    changed,
    vscode.workspace.onDidCloseTextDocument(({ uri }) => forget(uri)),
    vscode.workspace.registerTextDocumentContentProvider(packedScheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (uri, token) => {
        const rows = packedRowsOf(uri);
        if (!rows) return undefined;
        requireTrust('read');
        watch(uri, rows.file);
        return (await inspector.request('rowsOf', { ...rows }, { token })).text;
      },
    }),
    {
      dispose() {
        for (const watch of watches.values()) watch.dispose();
      },
    },
  );
}
