import { dirname } from 'node:path';
import { type ParsedExperiment, parseExperiment, placeFindings } from '../experiment/parse';
import type { PlacedFinding, Problem } from '../experiment/problems';
import type { Experiment } from '../experiment/schema';
import { findCopies } from './check-copies';
import {
  findDownload,
  findImbalance,
  findingsOfError,
  findLongWarmup,
  findMissingFiles,
  findSmallClasses,
  findUnseenLabels,
} from './check-data';
import { datasetFindings } from './check-dataset';
import { encoderFindings } from './check-encoder';
import { checkVectors } from './check-vectors';
import { classWeights } from './class-weights';
import { outputForm } from './outputs';
import { type DataFacts, readDataFacts } from './read-facts';
import { checkThreshold } from './thresholds';

export type { DataFacts };
export { readDataFacts };

export type ReadFacts = (experiment: Experiment, folder: string, signal?: AbortSignal) => Promise<DataFacts>;

export interface Checked {
  problems: Problem[];
  /** Absent where the experiment file itself has an error. */
  experiment?: Experiment;
  /** Absent where the data can't be read, or wasn't. */
  facts?: DataFacts;
}

export interface CheckOptions {
  /** Reads all data files by default, as training would; of word vectors always the first line only. */
  readFacts?: ReadFacts | 'none';
  /** Ends the reading. */
  signal?: AbortSignal | undefined;
}

/**
 * Everything that is wrong in an experiment: in its text, and what only the data can tell. What an option of the
 * experiment can mend has its place there, all else in the data file that it is in.
 *
 * @param text of the experiment file
 * @param file its path, which its own paths are relative to
 * @throws the signal's reason where it was aborted
 */
export async function checkExperiment(
  text: string,
  file: string,
  { readFacts = readDataFacts, signal }: CheckOptions = {},
): Promise<Checked> {
  const parsed: ParsedExperiment = parseExperiment(text, file);
  const { experiment } = parsed;
  if (!experiment || readFacts === 'none') return parsed;
  const folder = dirname(file);
  const { findings, facts } = await checkData(experiment, folder, readFacts, signal);
  return {
    experiment,
    problems: [...parsed.problems, ...placeFindings(text, file, findings)],
    ...(facts ? { facts } : {}),
  };
}

async function checkData(
  experiment: Experiment,
  folder: string,
  readFacts: ReadFacts,
  signal: AbortSignal | undefined,
): Promise<{ findings: PlacedFinding[]; facts?: DataFacts | undefined }> {
  const findings: PlacedFinding[] = [];
  const attempt = async <Result>(work: () => Result | Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work();
    } catch (error) {
      findings.push(...findingsOfError(error, experiment, folder));
      return undefined;
    }
  };
  const missing = await findMissingFiles(experiment, folder);
  findings.push(...missing);
  const isThere = (key: string) => !missing.some(({ path }) => path[0] === key);
  const { model } = experiment;
  if ('embedding' in model && isThere('model')) await attempt(() => checkVectors(model.embedding, folder));
  findings.push(...findDownload(experiment));
  if (model.type === 'pretrained') findings.push(...(await encoderFindings(model, folder)));
  const ofDataset = datasetFindings(experiment.data);
  findings.push(...ofDataset);
  signal?.throwIfAborted();
  if (!isThere('data') || ofDataset.length > 0) return { findings };
  const facts = await attempt(() => readFacts(experiment, folder, signal));
  if (!facts) return { findings };
  const { data, training } = experiment;
  await attempt(() => outputForm(training, data.task, facts.labels.length, model.type));
  await attempt(() => checkThreshold(training.threshold, data.task, facts.labels.length));
  const { labels, counts, rows } = facts;
  await attempt(() => classWeights(training.classWeights, labels, counts, rows.train, data.task));
  findings.push(
    ...findUnseenLabels(experiment, facts.unseenLabels),
    ...findSmallClasses(experiment, facts),
    ...findImbalance(experiment, facts),
    ...findCopies(experiment, facts),
    ...findLongWarmup(experiment, facts.rows.train),
  );
  return { findings, facts };
}
