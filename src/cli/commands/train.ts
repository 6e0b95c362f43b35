import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { RunEvent } from '../../protocol/events';
import { findRoot, savedModel } from '../../runs/paths';
import type { TrialName } from '../../trainer/group-run';
import { withInterrupt } from '../interrupt';
import { type GlobalOptions, optionsOf, rootOfExperiment, type SetOptions, setOption } from '../options';
import { RunRenderer } from '../render/run-renderer';
import type { Terminal } from '../terminal';

interface TrainCommandOptions extends GlobalOptions, SetOptions {
  quiet?: boolean;
  baseline?: boolean;
  continue?: string;
}

export function addTrain(program: Command, terminal: Terminal): void {
  program
    .command('train')
    .description('train the model that an experiment file describes')
    .argument('<file>', 'the experiment file, such as spam.textclf.json')
    .option(
      '--baseline',
      'train the baseline on the same data instead: weighted word counts, logistic regression',
    )
    .option(
      '--continue <run>',
      "go on with a run's best epoch: its id, the beginning of it, or its folder (the optimizer's moments start anew)",
    )
    .addOption(setOption())
    .option('--quiet', 'print only warnings and how it ended')
    .addHelpText(
      'after',
      '\nCtrl-C stops after the current batch and keeps the best model; a second Ctrl-C kills.' +
        '\nWith --json, each line is one event of the run; in a search, a cross-validation or a repetition,' +
        '\nevents of the runs that it makes have the id of theirs: { "run": "…", "type": … }.',
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      await runTraining(file, optionsOf<TrainCommandOptions>(command), terminal);
    });
}

async function runTraining(file: string, options: TrainCommandOptions, terminal: Terminal): Promise<void> {
  const { train } = await import('../../trainer/train');
  const root = rootOfExperiment(options, file);
  const renderer = new RunRenderer({
    progress: terminal.isLive ? 'live' : 'lines',
    quiet: options.quiet === true,
    style: terminal.style,
  });
  const show = (event: RunEvent, trial?: TrialName) => {
    const { lines, live } = trial ? renderer.handleTrial(event, trial) : renderer.handle(event);
    terminal.print(...lines);
    terminal.showLive(live);
  };
  let folder: string | undefined;
  const tellFolder = () => {
    terminal.showLive();
    if (folder !== undefined && !options.json) terminal.print(...whereNext(folder, root));
  };
  try {
    await withInterrupt(
      () => terminal.note('Stopping after this batch; press Ctrl-C again to kill.'),
      (signal) =>
        train({
          experimentFile: file,
          settings: options.set,
          root,
          baseline: options.baseline === true,
          continueFrom: options.continue,
          signal,
          onRun: (run) => {
            folder = run.folder;
          },
          onEvent: options.json
            ? (event, trial) => terminal.printJson(trial ? { run: trial.id, ...event } : event)
            : show,
        }),
    );
  } finally {
    tellFolder();
  }
}

/** Where everything about the run is, and what to do with its model if it has one. */
function whereNext(folder: string, root: string): string[] {
  const shown = relative('', folder) || '.';
  const lines = [`Run folder: ${shown}`];
  if (savedModel(folder) === undefined) return lines;
  // Only runs of this workspace are found by "latest".
  const reference = findRoot('') === resolve(root) ? 'latest' : JSON.stringify(shown);
  return [...lines, `Try it:     textclf predict --run ${reference} "some text"`];
}
