/** What data files can be. */
export const dataFormats = ['csv', 'tsv', 'jsonl', 'json', 'parquet', 'fasttext', 'folder'] as const;
export type DataFormat = (typeof dataFormats)[number];

/** What a file's extension says of its format, where `data.format` does not. */
const formatOfExtension: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  parquet: 'parquet',
  ft: 'fasttext',
};

/** The extensions of data files, without the dot; any of them may be followed by `.gz`. */
export const dataExtensions = Object.keys(formatOfExtension);

/** The format that a file's name says, undefined where it says none, and whether the file is an archive of gzip. */
export function formatOfName(name: string): { format: DataFormat | undefined; gzipped: boolean } {
  const lower = name.toLowerCase();
  const gzipped = lower.endsWith('.gz');
  const extension = /\.([^./\\]+)$/.exec(gzipped ? lower.slice(0, -'.gz'.length) : lower)?.[1] ?? '';
  const format = Object.hasOwn(formatOfExtension, extension) ? formatOfExtension[extension] : undefined;
  return { format, gzipped };
}

/** Files of JSON that are settings of programs. */
const settings = /(^|[\\/])(package(-lock)?|tsconfig[^\\/]*|[^\\/]+\.textclf)\.json$/i;

/** Whether a name is that of a file that people keep data in. */
export function isDataFileName(name: string): boolean {
  return formatOfName(name).format !== undefined && !settings.test(name);
}

/** Formats whose rows have no columns to choose from: each is a text with its labels. */
export function hasColumns(format: DataFormat): boolean {
  return format !== 'fasttext' && format !== 'folder';
}
