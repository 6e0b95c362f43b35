import { basename } from 'node:path';
import * as vscode from 'vscode';
import { formatOfName } from '../protocol/data-formats';
import type { Place } from '../protocol/human-error';

export const packedScheme = 'textclf-data';

/** So many rows of a packed file are shown at a time. */
const rowsShown = 2_000;

/** Rows of a file that no editor can show: `from` <= row < `to`, from 1. */
export interface PackedRows {
  file: string;
  from: number;
  to: number;
}

/** Where a place in a file is shown: in the file itself, or in a read-only document of the rows around it. */
export function documentOf({ file, line = 1 }: Place): { uri: vscode.Uri; line: number } {
  const extension = extensionOf(file);
  if (extension === undefined) return { uri: vscode.Uri.file(file), line };
  // Always the same parts of a file, so that neighbouring rows share a document.
  const from = Math.floor((line - 1) / rowsShown) * rowsShown + 1;
  const rows: PackedRows = { file, from, to: from + rowsShown };
  const path = `/${basename(file)} from row ${from}${extension}`;
  return {
    uri: vscode.Uri.from({ scheme: packedScheme, path, query: JSON.stringify(rows) }),
    line: line - from + 1,
  };
}

/** What a document's address says; it may come from anywhere. */
export function packedRowsOf({ query }: vscode.Uri): PackedRows | undefined {
  try {
    const { file, from, to } = JSON.parse(query) as Partial<PackedRows>;
    const isMeant = typeof file === 'string' && Number.isInteger(from) && Number.isInteger(to);
    return isMeant && to! - from! <= rowsShown ? { file, from: from!, to: to! } : undefined;
  } catch {
    return undefined;
  }
}

/** That of the text inside of a packed file; undefined where the file is none. */
function extensionOf(file: string): string | undefined {
  const { format, gzipped } = formatOfName(file);
  if (format === 'parquet') return '.jsonl';
  return gzipped ? (/(\.\w+)\.gz$/i.exec(file)?.[1] ?? '.txt') : undefined;
}
