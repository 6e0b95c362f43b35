import * as vscode from 'vscode';
import { packedRowsOf, packedScheme } from './packed-files';
import type { Services } from './services';
import { requireTrust } from './trust';

/** Read-only documents of rows in files that no editor can show: Parquet as JSON Lines, gzipped ones unpacked. */
export function registerPackedDocuments({ inspector }: Services): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(packedScheme, {
    provideTextDocumentContent: async (uri, token) => {
      const rows = packedRowsOf(uri);
      if (!rows) return undefined;
      requireTrust('read');
      return (await inspector.request('rowsOf', { ...rows }, { token })).text;
    },
  });
}
