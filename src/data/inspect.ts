import type { DataColumn, DataInspection } from '../protocol/helper';
import { HumanError } from '../protocol/human-error';
import { classFolders } from './class-folders';
import { guessLabelColumn, guessLabelSeparator, guessTextColumn } from './guess-columns';
import { type OnProblem, RowProblems } from './row-problems';
import { type DataFile, findDataFiles } from './sources';
import { readUntil } from './stop-reading';
import { tableReaders } from './table';

const mostRows = 1000;
/** Characters: fewer rows are enough where they are this long together. */
const mostText = 1_000_000;
const mostValues = 20;
/** Longer values are texts, of which the beginning is enough to know them by. */
const shownCharacters = 200;

/**
 * The columns of a data file, or of a folder with one folder a class, and what they seem to hold: from its first
 * thousand rows, or the first million characters of them. Of a folder, rows of every class are looked at.
 * Rows that cannot be read are left out: what is wrong with them is for the check to say, unless none can be.
 *
 * @param file its absolute path
 * @throws HumanError where the file or all of its rows cannot be read, or its format is not known
 */
export async function inspect(file: string): Promise<DataInspection> {
  const [data] = await findDataFiles(file, '');
  const { format } = data!;
  const { columns, rows, complete } = await look(data!);
  const textColumn = guessTextColumn(columns, rows);
  const labelColumn = guessLabelColumn(columns, rows, textColumn);
  const folders = format === 'folder' ? await classFolders(file) : undefined;
  return {
    format,
    columns,
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(folders && folders.unlabelled.length > 0 ? { classes: folders.classes } : {}),
    rows,
    complete,
  };
}

async function look(data: DataFile): Promise<{ columns: DataColumn[]; rows: number; complete: boolean }> {
  const columns = new Map<string, Values>();
  let rows = 0;
  let text = 0;
  let unreadable = 0;
  let first: Parameters<OnProblem>[0] | undefined;
  const column = (name: string) => {
    const known = columns.get(name) ?? new Values();
    columns.set(name, known);
    return known;
  };
  const complete = await readUntil((stop) => {
    const problems = new RowProblems(data.file, (problem) => {
      first ??= problem;
      if (++unreadable > mostRows) stop();
    });
    return tableReaders[data.format](data, { mostRows: mostRows + 1 }, problems, {
      onHeader: (names) => names.forEach(column),
      onRow: (_, names, values) => {
        if (rows === mostRows || text > mostText) stop();
        rows++;
        names.forEach((name, i) => {
          column(name).add(values[i]!);
          text += values[i]!.length;
        });
      },
    });
  });
  if (first && columns.size === 0) throw unreadableRows(first);
  return { columns: [...columns].map(([name, values]) => values.describe(name)), rows, complete };
}

/** Where nothing is known of any row, "no column looks like a text" would lead a person astray. */
function unreadableRows({ file, line, column, message, hint }: Parameters<OnProblem>[0]): HumanError {
  return new HumanError(message, { place: { file, line, ...(column ? { column } : {}) }, hint });
}

/** What a column holds. */
class Values {
  private readonly counts = new Map<string, number>();
  private length = 0;
  private total = 0;

  add(value: string): void {
    const trimmed = value.trim();
    this.counts.set(trimmed, (this.counts.get(trimmed) ?? 0) + 1);
    this.length += trimmed.length;
    this.total++;
  }

  describe(name: string): DataColumn {
    const labelSeparator = guessLabelSeparator([...this.counts.keys()]);
    const frequent = [...this.counts].sort(([, a], [, b]) => b - a).slice(0, mostValues);
    return {
      name,
      distinct: this.counts.size,
      values: frequent.map(([value]) =>
        value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value,
      ),
      meanLength: this.total === 0 ? 0 : this.length / this.total,
      ...(labelSeparator === undefined ? {} : { labelSeparator }),
    };
  }
}
