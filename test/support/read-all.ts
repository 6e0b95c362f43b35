import { type ReadOptions, readRows } from '../../src/data/read';
import type { Row } from '../../src/data/rows';
import { findDataFiles } from '../../src/data/sources';
import type { DataFormat } from '../../src/protocol/data-formats';

/** The rows of files that are named as an experiment names them, in their order. */
export async function readAll(
  files: string | readonly string[],
  { format, ...options }: ReadOptions & { format?: DataFormat },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const data of await findDataFiles(files, '', format)) {
    await readRows(data, options, (row) => {
      rows.push(row);
    });
  }
  return rows;
}
