import { type DataFinding, mostFindingRows } from '../protocol/inspection';

/** A row of the dataset by its number, see `partRows`, and what is to be said of it. */
export interface NotedRow {
  row: number;
  group?: number;
  note?: string;
}

/** A finding before its rows are looked up. */
export interface Found {
  finding: DataFinding;
  /** The first ones. */
  rows: readonly NotedRow[];
}

/** Counts rows and keeps the first ones. */
export class NotedRows {
  readonly first: NotedRow[] = [];
  count = 0;

  add(row: NotedRow): void {
    this.count++;
    if (this.first.length < mostFindingRows) this.first.push(row);
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }
}

/** Rows that belong together, a group after the other. */
export function groupedRows(
  groups: readonly (readonly number[])[],
  note?: (row: number) => string,
): NotedRows {
  const rows = new NotedRows();
  groups.forEach((group, i) => {
    for (const row of group) rows.add({ row, group: i, ...(note ? { note: note(row) } : {}) });
  });
  return rows;
}

export function foundRows(finding: Omit<DataFinding, 'rows'>, rows: NotedRows): Found[] {
  return rows.isEmpty ? [] : [{ finding: { ...finding, rows: rows.count }, rows: rows.first }];
}
