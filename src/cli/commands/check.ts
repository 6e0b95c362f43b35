import type { Command } from 'commander';
import { readSetExperiment } from '../../experiment/load';
import { foldCount, plannedRuns } from '../../experiment/planned-runs';
import { describeProblems, type Problem } from '../../experiment/problems';
import type { Experiment } from '../../experiment/schema';
import { countOf } from '../../protocol/count';
import { HumanError } from '../../protocol/human-error';
import { type Checked, checkExperiment, type DataFacts } from '../../trainer/check-experiment';
import { outlook } from '../../trainer/choose-device';
import { ReportedMistake } from '../errors';
import { harmless, harmlessLines } from '../format/harmless';
import { type GlobalOptions, optionsOf, type SetOptions, setOption } from '../options';
import type { Terminal } from '../terminal';

interface CheckCommandOptions extends GlobalOptions, SetOptions {
  data: boolean;
}

export function addCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('say what is wrong in an experiment file and its data, without training')
    .argument('<file>', 'the experiment file')
    .addOption(setOption())
    .option('--no-data', 'check the experiment file alone, without reading the data files')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { data, json, set = [] } = optionsOf<CheckCommandOptions>(command);
      const checked = await check(file, data, set);
      const errors = checked.problems.filter(({ severity }) => severity === 'error').length;
      if (json) terminal.printJson(asJson(checked, errors === 0));
      else terminal.print(...asLines(file, checked, errors));
      if (errors > 0) throw new ReportedMistake();
    });
}

async function check(file: string, withData: boolean, set: readonly string[]): Promise<Checked> {
  try {
    const { text, tell } = await readSetExperiment(file, set);
    const checked = await checkExperiment(text, file, withData ? {} : { readFacts: 'none' });
    return { ...checked, problems: tell(checked.problems) };
  } catch (error) {
    return { problems: [problemOf(error)] };
  }
}

/** The experiment file itself cannot be read; bugs are thrown on. */
function problemOf(error: unknown): Problem {
  if (!(error instanceof HumanError) || !error.place) throw error;
  const { message, hint, place } = error;
  return { severity: 'error', message, ...(hint ? { hint } : {}), place, path: [] };
}

function asJson({ problems, experiment, facts }: Checked, ok: boolean) {
  return {
    ok,
    problems: problems.map(({ place, severity, message, hint }) => ({ severity, message, hint, ...place })),
    ...(experiment ? { name: experiment.name } : {}),
    ...(facts ? { rows: facts.rows, labels: facts.labels } : {}),
    ...(experiment ? { runs: plannedRuns(experiment) ?? { planned: 1 } } : {}),
  };
}

function asLines(file: string, { problems, experiment, facts }: Checked, errors: number): string[] {
  const lines = problems.length > 0 ? [harmlessLines(describeProblems(problems)), ''] : [];
  const warnings = problems.length - errors;
  const found = [
    ...(errors > 0 ? [countOf(errors, 'error')] : []),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ];
  lines.push(`${harmless(file)}: ${found.length > 0 ? found.join(', ') : 'no problems'}`);
  if (facts) lines.push(summary(facts));
  const runs = experiment && plannedText(experiment);
  if (runs) lines.push(runs);
  const device = experiment && outlook(experiment);
  if (device) lines.push(device);
  return lines;
}

/** The runs that training would make, where it is not one alone. */
function plannedText(experiment: Experiment): string | undefined {
  const plan = plannedRuns(experiment);
  if (!plan) return undefined;
  const { search, data, training } = experiment;
  const folds = countOf(foldCount(data.validation), 'fold');
  const seeds = countOf(training.repeat, 'seed');
  if (plan.kind === 'repeat') return `repeats with ${seeds}`;
  if (plan.kind === 'folds')
    return `cross-validates with ${folds}${training.repeat > 1 ? ` and ${seeds}` : ''}`;
  const trials = plan.planned === null ? 'trials' : countOf(plan.planned, 'trial');
  const most = search?.minutes === undefined ? '' : `, for ${search.minutes} min at most`;
  return `searches ${search?.strategy === 'grid' ? 'a grid' : 'at random'}: ${trials}${most}`;
}

const shownLabels = 6;

function summary({ labels, rows: { train, validation, test } }: DataFacts): string {
  const shown = labels.slice(0, shownLabels).map(harmless).join(', ');
  const more = labels.length > shownLabels ? ', …' : '';
  const rows = `${countOf(train, 'row')} to train on, ${countOf(validation, 'row')} to validate with, ${countOf(test, 'test row')}`;
  return `${rows}; ${countOf(labels.length, 'class', 'classes')}: ${shown}${more}`;
}
