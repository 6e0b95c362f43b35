/** What the data shows to be wrong in an experiment: with the option that can mend it, and how. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { describeFileError } from '../data/file-problem';
import { smallClassesTrouble } from '../data/folds';
import { rareClass } from '../data/rare-class';
import { MissingColumnError, RowsError } from '../data/row-problems';
import { findDataFiles } from '../data/sources';
import { knownVectorNames, knownVectors, vectorsDownload } from '../experiment/known-vectors';
import { OptionError } from '../experiment/option-error';
import { isFolds } from '../experiment/planned-runs';
import type { Path, PlacedFinding, Remedy } from '../experiment/problems';
import type { Experiment } from '../experiment/schema';
import { bytesText } from '../protocol/bytes';
import { count, countOf } from '../protocol/count';
import { didYouMean, didYouMeanHint, listNames, nearestFirst, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import type { DataFacts } from './read-facts';
import { similarFiles } from './similar-files';
import { totalSteps, warmupTrouble } from './steps';

/** Each file that an experiment names, as written, and the option that names it. */
function namedFiles({ data, model }: Experiment): { path: Path; name: string }[] {
  const named = (path: Path, value: unknown): { path: Path; name: string }[] => {
    if (typeof value === 'string') return [{ path, name: value }];
    return Array.isArray(value) ? value.flatMap((name, i) => named([...path, i], name)) : [];
  };
  return [
    ...named(['model', 'embedding', 'vectors'], vectorsPath(model)),
    ...named(['data', 'train'], data.train),
    ...named(['data', 'validation'], data.validation),
    ...named(['data', 'test'], data.test),
  ];
}

function vectorsPath(model: Experiment['model']): string | undefined {
  const vectors = 'embedding' in model ? model.embedding.vectors : undefined;
  return vectors !== undefined && knownVectors(vectors) ? undefined : vectors;
}

/** Word vectors that training would download first. */
export function findDownload(experiment: Experiment): PlacedFinding[] {
  const missing = vectorsDownload(experiment);
  if (!missing) return [];
  return [
    {
      severity: 'warning',
      message: `Training downloads the word vectors ${missing.name} first: ${bytesText(missing.bytes)}.`,
      hint: `They are kept in ${dirname(missing.file)} for all experiments.`,
      path: ['model', 'embedding', 'vectors'],
    },
  ];
}

/** The files that are not there. */
export async function findMissingFiles(experiment: Experiment, folder: string): Promise<PlacedFinding[]> {
  const findings = namedFiles(experiment).map(async ({ path, name }): Promise<PlacedFinding[]> => {
    const file = resolve(folder, name);
    const isVectors = path[0] === 'model';
    const absence = await stat(file).then(
      () => undefined,
      (thrown: unknown) => describeFileError(file, thrown),
    );
    const error = isVectors ? absence : await sourceError(name, folder, experiment);
    if (error === undefined) return [];
    const finding = asFinding(error, path);
    // What is there and of no use is not misspelt.
    if (absence === undefined) return [finding];
    const files = await similarFiles(file, folder, isVectors ? 'vectors' : 'data');
    const meant = isVectors ? didYouMean(name, knownVectorNames) : undefined;
    const values = meant === undefined ? files : [meant, ...files];
    return [{ ...finding, ...(values.length > 0 ? { remedies: [{ type: 'set', values }] } : {}) }];
  });
  return (await Promise.all(findings)).flat();
}

/** Why a name or pattern of data leads to no files. */
async function sourceError(name: string, folder: string, { data }: Experiment): Promise<unknown> {
  return findDataFiles(name, folder, data.format).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The labels that the experiment names and no training row has. */
export function findUnseenLabels({ data }: Experiment, unseen: readonly string[]): PlacedFinding[] {
  const columns = typeof data.label === 'string' ? undefined : data.label;
  const [key, named] = columns ? (['label', columns] as const) : (['labels', data.labels!] as const);
  return unseen.map((label) => ({
    severity: 'warning',
    message: `The label ${quoteName(label)} is never seen: no training row has it.`,
    hint: 'The model would have a class that it cannot learn. Remove it, or add rows.',
    path: ['data', key, named.indexOf(label)],
    // A classifier needs two.
    remedies: named.length > 2 ? [{ type: 'remove' }] : [],
  }));
}

/** Classes so rare that a model does well without ever giving them. */
export function findImbalance(
  { data, training }: Experiment,
  { labels, counts, rows }: Pick<DataFacts, 'labels' | 'counts' | 'rows'>,
): PlacedFinding[] {
  if (training.classWeights !== 'none') return [];
  const rare = rareClass(labels, counts, rows.train, data.task);
  if (!rare) return [];
  const { others } = rare;
  const what = others.label === undefined ? 'rows without it' : `of ${quoteName(others.label)}`;
  return [
    {
      severity: 'warning',
      message: `The class ${quoteName(rare.label)} is rare: ${countOf(rare.count, 'training row')}, and ${count(others.count)} ${what}.`,
      hint: 'Set "classWeights" to "balanced", and judge by macro F1 instead of accuracy.',
      path: ['training', 'classWeights'],
      remedies: [{ type: 'set', values: ['balanced'] }],
    },
  ];
}

/** Classes that have too few rows for the folds of a cross-validation. */
export function findSmallClasses(
  { data: { validation } }: Experiment,
  { labels, counts }: Pick<DataFacts, 'labels' | 'counts'>,
): PlacedFinding[] {
  if (!isFolds(validation) || validation.fold !== undefined) return [];
  const message = smallClassesTrouble(labels, counts, validation.folds);
  if (message === undefined) return [];
  const hint = 'Use fewer folds, or add rows of these classes.';
  return [{ severity: 'warning', message, hint, path: ['data', 'validation', 'folds'] }];
}

/** A warm-up that is longer than training. */
export function findLongWarmup({ training }: Experiment, trainRows: number): PlacedFinding[] {
  const message = warmupTrouble(training, trainRows);
  if (message === undefined) return [];
  const tenth = Math.round(totalSteps(training, trainRows) / 10);
  return [
    {
      severity: 'warning',
      message,
      hint: `Set "warmupSteps" to ${tenth}, a tenth of the steps, or train for more epochs.`,
      path: ['training', 'scheduler', 'warmupSteps'],
      remedies: [{ type: 'set', values: [tenth] }],
    },
  ];
}

/**
 * What is wrong where the data could not be read or used.
 *
 * @throws the error itself where it is none that a person can mend
 */
export function findingsOfError(error: unknown, experiment: Experiment, folder: string): PlacedFinding[] {
  if (error instanceof OptionError) {
    return [{ ...asFinding(error, error.path), remedies: error.remedies }];
  }
  if (error instanceof MissingColumnError) return missingColumns(error, experiment);
  // The option that names the file, if the mistake is in one.
  const file = error instanceof HumanError ? error.place?.file : undefined;
  const named = namedFiles(experiment).find(({ name }) => resolve(folder, name) === file);
  if (error instanceof RowsError && error.unlisted.size > 0) {
    const labels = unlistedLabels(error, experiment);
    return error.isLabelsOnly ? labels : [...labels, inDataFile(error, named?.path)];
  }
  const isWholeFile = error instanceof HumanError && error.place?.line === undefined;
  return [isWholeFile && named ? ofWholeFile(error, named.path) : inDataFile(error, named?.path)];
}

/** A problem at an option of the experiment. */
function asFinding(error: unknown, path: Path): PlacedFinding {
  if (!(error instanceof HumanError)) throw error;
  const { message, hint } = error;
  return { severity: 'error', message, ...(hint ? { hint } : {}), path };
}

/** The message of a problem in a file need not name the file; elsewhere it must. */
function ofWholeFile(error: HumanError, path: Path): PlacedFinding {
  const name = basename(error.place!.file);
  const finding = asFinding(error, path);
  return error.message.includes(name) ? finding : { ...finding, message: `${name}: ${error.message}` };
}

/** A problem that has its place in a file beside the experiment. */
function inDataFile(error: unknown, path: Path = []): PlacedFinding {
  if (!(error instanceof HumanError) || !error.place) throw error;
  return { ...asFinding(error, path), place: error.place };
}

function missingColumns(error: MissingColumnError, { data }: Experiment): PlacedFinding[] {
  const { columns, place, hint } = error;
  const wanted: { path: Path; column: string }[] = [
    ...(['text', 'label'] as const).flatMap((key) => {
      const columns = data[key];
      return typeof columns === 'string'
        ? [{ path: ['data', key], column: columns }]
        : columns.map((column, i) => ({ path: ['data', key, i], column }));
    }),
  ];
  const taken = wanted.map(({ column }) => column);
  const free = columns.filter((column) => column.trim() !== '' && !taken.includes(column));
  return wanted
    .filter(({ column }) => !columns.includes(column))
    .map(({ path, column }) => ({
      severity: 'error',
      message: `There is no column ${quoteName(column)} in ${basename(place!.file)}.`,
      ...(hint ? { hint } : {}),
      path,
      remedies: [{ type: 'set', values: nearestFirst(column, free) }],
    }));
}

function replaceLabel(position: number, label: string): Remedy {
  return { type: 'set', path: ['data', 'labels', position], values: [label] };
}

/** Rows with many wrong labels are one mistake, not as many: most likely another column. */
const mostLabels = 8;

function unlistedLabels({ unlisted, seen, file }: RowsError, { data }: Experiment): PlacedFinding[] {
  const listed = data.labels!;
  const unseen = listed.filter((label) => !seen.has(label));
  return [...unlisted].slice(0, mostLabels).map(([label, line]) => {
    const meant = didYouMean(label, unseen);
    const more = unlisted.size > mostLabels ? ` It is one of ${unlisted.size} such labels.` : '';
    return {
      severity: 'error',
      message: `The label ${quoteName(label)} (${basename(file)}, line ${line}) is not one of data.labels.${more}`,
      hint: `${didYouMeanHint(label, listed)}Allowed: ${listNames(listed)}.`,
      path: ['data', 'labels'],
      remedies: [
        ...(meant === undefined ? [] : [replaceLabel(listed.indexOf(meant), label)]),
        { type: 'append', path: ['data', 'labels'], values: [label] },
      ],
    };
  });
}
