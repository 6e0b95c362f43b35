import type { Command } from 'commander';
import { readExperimentText } from '../../experiment/load';
import { describeProblems, type Problem } from '../../experiment/problems';
import { countOf } from '../../protocol/count';
import { HumanError } from '../../protocol/human-error';
import { type Checked, checkExperiment, type DataFacts } from '../../trainer/check-experiment';
import { ReportedMistake } from '../errors';
import { harmless, harmlessLines } from '../format/harmless';
import { type GlobalOptions, optionsOf } from '../options';
import type { Terminal } from '../terminal';

interface CheckCommandOptions extends GlobalOptions {
  data: boolean;
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
    const text = await readExperimentText(file);
    return await checkExperiment(text, file, withData ? {} : { readFacts: 'none' });
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
  };
}

function asLines(file: string, { problems, facts }: Checked, errors: number): string[] {
  const lines = problems.length > 0 ? [harmlessLines(describeProblems(problems)), ''] : [];
  const warnings = problems.length - errors;
  const found = [
    ...(errors > 0 ? [countOf(errors, 'error')] : []),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ];
  lines.push(`${harmless(file)}: ${found.length > 0 ? found.join(', ') : 'no problems'}`);
  if (facts) lines.push(summary(facts));
  return lines;
}

const shownLabels = 6;

function summary({ labels, rows: { train, validation, test } }: DataFacts): string {
  const shown = labels.slice(0, shownLabels).map(harmless).join(', ');
  const more = labels.length > shownLabels ? ', …' : '';
  const rows = `${countOf(train, 'row')} to train on, ${countOf(validation, 'row')} to validate with, ${countOf(test, 'test row')}`;
  return `${rows}; ${countOf(labels.length, 'class', 'classes')}: ${shown}${more}`;
}
