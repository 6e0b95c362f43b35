import { dirname } from 'node:path';
import type { Command } from 'commander';
import { loadDataset } from '../../data/load';
import type { Dataset } from '../../data/rows';
import { readExperiment } from '../../experiment/load';
import { located, OptionError } from '../../experiment/option-error';
import { describeProblems, type Problem } from '../../experiment/problems';
import type { Experiment } from '../../experiment/schema';
import { countOf } from '../../protocol/count';
import { HumanError } from '../../protocol/human-error';
import { checkVectors } from '../../trainer/check-vectors';
import { outputForm } from '../../trainer/outputs';
import { ReportedMistake } from '../errors';
import { harmless, harmlessLines } from '../format/harmless';
import { type GlobalOptions, optionsOf } from '../options';
import type { Terminal } from '../terminal';

interface CheckCommandOptions extends GlobalOptions {
  data: boolean;
}

interface Checked {
  problems: Problem[];
  experiment?: Experiment;
  dataset?: Dataset;
}

export function addCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('say what is wrong in an experiment file and its data, without training')
    .argument('<file>', 'the experiment file')
    .option('--no-data', 'check the experiment file alone, without reading the data files')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { data, json } = optionsOf<CheckCommandOptions>(command);
      const checked = await check(file, data);
      const errors = checked.problems.filter(({ severity }) => severity === 'error').length;
      if (json) terminal.printJson(asJson(checked, errors === 0));
      else terminal.print(...asLines(file, checked, errors));
      if (errors > 0) throw new ReportedMistake();
    });
}

async function check(file: string, withData: boolean): Promise<Checked> {
  try {
    const { experiment, problems } = await readExperiment(file);
    if (!experiment || !withData) return { problems, ...(experiment ? { experiment } : {}) };
    return { experiment, ...(await checkData(experiment, file, problems)) };
  } catch (error) {
    return { problems: [problemOf(error)] };
  }
}

/** Reads all data files, as training would; of the word vectors only the first line. */
async function checkData(experiment: Experiment, file: string, before: Problem[]): Promise<Checked> {
  const folder = dirname(file);
  const problems = [...before];
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      problems.push(problemOf(thrown instanceof OptionError ? await located(thrown, file) : thrown));
      return undefined;
    }
  };
  await attempt(() => checkVectors(experiment.model.embedding, folder));
  const dataset = await attempt(() => loadDataset(experiment.data, folder, experiment.training.seed));
  if (!dataset) return { problems };
  await attempt(async () => outputForm(experiment.training.loss, dataset.labels.length));
  return { problems, dataset };
}

/** A problem of a file beside the experiment; bugs are thrown on. */
function problemOf(error: unknown): Problem {
  if (!(error instanceof HumanError) || !error.place) throw error;
  const { message, hint, place } = error;
  return { severity: 'error', message, ...(hint ? { hint } : {}), place, path: [] };
}

function asJson({ problems, experiment, dataset }: Checked, ok: boolean) {
  return {
    ok,
    problems: problems.map(({ place, severity, message, hint }) => ({ severity, message, hint, ...place })),
    ...(experiment ? { name: experiment.name } : {}),
    ...(dataset ? { rows: rowsOf(dataset), labels: dataset.labels } : {}),
  };
}

function asLines(file: string, { problems, dataset }: Checked, errors: number): string[] {
  const lines = problems.length > 0 ? [harmlessLines(describeProblems(problems)), ''] : [];
  const warnings = problems.length - errors;
  const found = [
    ...(errors > 0 ? [countOf(errors, 'error')] : []),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ];
  lines.push(`${harmless(file)}: ${found.length > 0 ? found.join(', ') : 'no problems'}`);
  if (dataset) lines.push(summary(dataset));
  return lines;
}

const shownLabels = 6;

function summary(dataset: Dataset): string {
  const { train, validation, test } = rowsOf(dataset);
  const labels = dataset.labels.slice(0, shownLabels).map(harmless).join(', ');
  const more = dataset.labels.length > shownLabels ? ', …' : '';
  const rows = `${countOf(train, 'row')} to train on, ${countOf(validation, 'row')} to validate with, ${countOf(test, 'test row')}`;
  return `${rows}; ${countOf(dataset.labels.length, 'class', 'classes')}: ${labels}${more}`;
}

function rowsOf({ train, validation, test }: Dataset) {
  return { train: train.length, validation: validation.length, test: test.length };
}
