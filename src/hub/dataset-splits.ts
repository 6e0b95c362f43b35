/** Which files of a data set hold which rows, by their paths alone. */
import { didYouMean, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';

/** The branch that holds the Hub's own conversion of a data set. */
export const conversion = 'refs/convert/parquet';

/** What an experiment says of a data set of the Hub. */
export interface DatasetOptions {
  dataset: string;
  /** Which of its configurations, where it has several. */
  config?: string | undefined;
  revision: string;
  train: string;
  validation?: string | undefined;
  test?: string | undefined;
}

export const datasetParts = ['train', 'validation', 'test'] as const;
export type DatasetPart = (typeof datasetParts)[number];

/** A mistake in one option of those. */
export class DatasetMistake extends HumanError {
  constructor(
    message: string,
    readonly option: keyof DatasetOptions,
    hint: string,
    /** What the option may have been meant to say, best first. */
    readonly values: readonly string[] = [],
  ) {
    super(message, { hint });
  }
}

interface SplitFile {
  path: string;
  config: string;
  split: string;
  /** From 0. */
  shard: number;
  /** How many there are, where the name says so. */
  shards: number | undefined;
  /** Of a split too large to be converted as a whole, the Hub converts the beginning. */
  isPartial: boolean;
}

/** What the paths say of the splits. */
export interface ChosenFiles {
  config: string;
  /** Of each part that the experiment names, in the order of their rows. */
  files: Partial<Record<DatasetPart, string[]>>;
  /** The parts of which there is only the beginning. */
  partial: DatasetPart[];
}

/**
 * The files of a data set that an experiment wants.
 *
 * @param paths of all files there are: `<config>/<split>/0000.parquet` in the Hub's conversion (`partial-<split>` where
 *   it was cut off), `<config>/<split>-00000-of-00002.parquet` where data sets are kept as Parquet
 * @throws DatasetMistake where there is no such configuration or split
 */
export function chooseFiles(paths: Iterable<string>, options: DatasetOptions): ChosenFiles {
  const all = [...paths].flatMap((path) => splitFile(path) ?? []);
  const config = chooseConfig(
    all.map((file) => file.config),
    options,
  );
  const ofConfig = all.filter((file) => file.config === config);
  const chosen: ChosenFiles = { config, files: {}, partial: [] };
  for (const part of datasetParts) {
    const split = options[part];
    if (split === undefined) continue;
    const named = ofConfig.filter((file) => file.split === split).sort((a, b) => a.shard - b.shard);
    if (named.length === 0) throw noSplit(part, split, ofConfig, options);
    // The beginning of a split may be left over from before the whole was converted.
    const whole = named.filter(({ isPartial }) => !isPartial);
    const files = whole.length > 0 ? whole : named;
    chosen.files[part] = files.map(({ path }) => path);
    if (files.some(({ isPartial }) => isPartial)) chosen.partial.push(part);
  }
  return chosen;
}

/** Whether no file can be missing among those of a split, as far as their names can tell. */
export function looksWhole(paths: readonly string[]): boolean {
  const files = paths.map((path) => splitFile(path)!);
  return files.every(
    ({ shard, shards }, place) => shard === place && (shards === undefined || shards === files.length),
  );
}

/** Whether rows of some split are in a file of this path. */
export function isSplitFile(path: string): boolean {
  return splitFile(path) !== undefined;
}

/** What the Hub calls the configuration of files that lie in no configuration's folder. */
const noConfig = 'default';

function splitFile(path: string): SplitFile | undefined {
  const folders = path.split('/');
  if (folders.some((name) => name === '' || name === '.' || name === '..' || name.includes('\\'))) return;
  const name = folders.pop()!;
  const converted = /^(\d{4,6})\.parquet$/.exec(name);
  if (converted && folders.length >= 2) {
    const [, split] = /^(?:partial-)?(.+)$/.exec(folders.pop()!)!;
    const isPartial = path.split('/').at(-2)!.startsWith('partial-');
    return {
      ...{ path, config: folders.join('/'), split: split!, isPartial },
      ...{ shard: Number(converted[1]), shards: undefined },
    };
  }
  const [, split, shard, shards] = /^(.+)-(\d{5})-of-(\d{5})(?:-[0-9a-f]{16})?\.parquet$/.exec(name) ?? [];
  if (split === undefined) return;
  const config = folders.join('/');
  return {
    ...{ path, split, isPartial: false, config: config === '' || config === 'data' ? noConfig : config },
    ...{ shard: Number(shard), shards: Number(shards) },
  };
}

function chooseConfig(found: readonly string[], { dataset, config, revision }: DatasetOptions): string {
  const configs = [...new Set(found)];
  if (configs.length === 0) {
    throw new DatasetMistake(
      `${quoteName(dataset)} has no Parquet files at ${quoteName(revision)}.`,
      'dataset',
      'The Hub converts most data sets to Parquet, but not private ones, and none whose reading needs a program. Download it by other means, and name its files in "train".',
    );
  }
  if (config !== undefined) {
    if (configs.includes(config)) return config;
    const meant = didYouMean(config, configs);
    throw new DatasetMistake(
      `${quoteName(dataset)} has no configuration ${quoteName(config)}.`,
      'config',
      `${meant === undefined ? '' : `Did you mean ${quoteName(meant)}? `}There ${configs.length === 1 ? 'is' : 'are'} ${listNames(configs)}.`,
      meant === undefined ? configs : [meant, ...configs.filter((name) => name !== meant)],
    );
  }
  if (configs.length === 1) return configs[0]!;
  if (configs.includes(noConfig)) return noConfig;
  throw new DatasetMistake(
    `${quoteName(dataset)} has several configurations: ${listNames(configs)}.`,
    'config',
    `Say which: "config": ${quoteName(configs[0]!)}.`,
    configs,
  );
}

function noSplit(
  part: DatasetPart,
  split: string,
  files: readonly SplitFile[],
  { dataset }: DatasetOptions,
): DatasetMistake {
  const splits = [...new Set(files.map((file) => file.split))];
  const meant = didYouMean(split, splits);
  return new DatasetMistake(
    `${quoteName(dataset)} has no split ${quoteName(split)}.`,
    part,
    `${meant === undefined ? '' : `Did you mean ${quoteName(meant)}? `}There ${splits.length === 1 ? 'is' : 'are'} ${listNames(splits)}.`,
    meant === undefined ? splits : [meant, ...splits.filter((name) => name !== meant)],
  );
}
