import { html } from 'lit';
import { nothing, type Template } from './part';

interface Sorting<Column extends string> {
  column: Column;
  descending: boolean;
}

export interface SortableColumn<Column extends string> {
  column: Column;
  name: string;
  /** What it says, for the tooltip. */
  title?: string;
  isNumber: boolean;
  /** Whether the highest values are wanted first. */
  startsDescending?: boolean;
}

/** The head of a column: a click sorts, another the other way round, a third one (null) not at all. */
export function sortableHead<Column extends string>(
  { column, name, title, isNumber, startsDescending = false }: SortableColumn<Column>,
  sorting: Sorting<Column> | null,
  onSort: (sorting: Sorting<Column> | null) => void,
): Template {
  const isSorted = sorting?.column === column;
  const direction = !isSorted ? 'none' : sorting.descending ? 'descending' : 'ascending';
  const next =
    isSorted && sorting.descending !== startsDescending
      ? null
      : { column, descending: isSorted ? !startsDescending : startsDescending };
  const icon =
    direction === 'none'
      ? nothing
      : html`<vscode-icon name=${direction === 'ascending' ? 'arrow-up' : 'arrow-down'} size="12"></vscode-icon>`;
  return html`<th scope="col" class=${isNumber ? 'number' : ''} aria-sort=${direction}>
    <button class="sort" title=${title ?? nothing} @click=${() => onSort(next)}><bdi>${name}</bdi>${icon}</button>
  </th>`;
}
