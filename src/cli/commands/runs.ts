import { relative } from 'node:path';
import type { Command } from 'commander';
import { adoptSettings } from '../../experiment/adopt';
import { readExperimentText } from '../../experiment/load';
import type { GroupState } from '../../protocol/dashboard';
import { didYouMeanHint, quoteName } from '../../protocol/did-you-mean';
import type { RunEvent } from '../../protocol/events';
import { HumanError } from '../../protocol/human-error';
import { writeFileAtomic } from '../../runs/atomic';
import { readEvents } from '../../runs/events';
import { findRun, listRuns, type Run, type RunSummary, removeRuns } from '../../runs/list';
import { runPaths } from '../../runs/paths';
import { RunView } from '../../runs/run-view';
import { requestStop } from '../../runs/stop-request';
import { harmless } from '../format/harmless';
import { type GlobalOptions, optionsOf, rootOf } from '../options';
import { resultLines } from '../render/group';
import { detailLines } from '../render/run-details';
import { runListLines } from '../render/run-list';
import { RunRenderer } from '../render/run-renderer';
import type { Terminal } from '../terminal';
import { addRunLabels } from './run-labels';

export function addRuns(program: Command, terminal: Terminal): void {
  const runs = program.command('runs').description('list, show, stop and remove runs');
  runs
    .command('ls', { isDefault: true })
    .description('list all runs, newest first (also without "ls")')
    .option(
      '--all',
      'list the runs of searches, folds and repetitions too, below the run that stands for them',
    )
    // What is no subcommand of "runs" arrives here too.
    .allowExcessArguments()
    .action((_options: unknown, command: Command) => {
      if (command.args[0] !== undefined) throw tooMuch(command.args[0], runs);
      list(optionsOf<{ all?: boolean }>(command), terminal);
    });
  runs
    .command('show')
    .description('show how a run went')
    .argument('<run>', 'its id, the start of it, "latest", or its folder')
    .action((id: string, _options: unknown, command: Command) =>
      show(id, optionsOf<object>(command), terminal),
    );
  runs
    .command('stop')
    .description('stop running trainings after their current batch; the best model so far is kept')
    .argument('<run...>', 'their ids, or starts of ids that no other run shares')
    .action((ids: string[], _options: unknown, command: Command) =>
      stop(ids, optionsOf<object>(command), terminal),
    );
  runs
    .command('rm')
    .description('delete runs with all their files; with a search, all its trials')
    .argument('<run...>', 'their ids, or starts of ids that no other run shares')
    .action((ids: string[], _options: unknown, command: Command) =>
      remove(ids, optionsOf<object>(command), terminal),
    );
  addRunLabels(runs, terminal);
  runs
    .command('adopt')
    .description("write a trial's settings into its experiment file, keeping the file's comments")
    .argument('<trial>', 'the id of a trial, the start of it, or of a search, for its best trial')
    .option('--write', 'write the file; without it, the new text is printed')
    .option('--keep-search', 'leave the search section in the file')
    .action(async (id: string, _options: unknown, command: Command) => {
      await adopt(id, optionsOf<AdoptOptions>(command), terminal);
    });
}

interface AdoptOptions extends GlobalOptions {
  write?: boolean;
  keepSearch?: boolean;
}

/** @param runs the command "runs", whose first argument is the subcommand if one was named */
function tooMuch(argument: string, runs: Command): HumanError {
  if (runs.args[0] !== argument) {
    return new HumanError(`"textclf runs ls" takes no argument such as ${quoteName(argument)}.`, {
      hint: 'To see a single run: textclf runs show RUN',
    });
  }
  const names = runs.commands.map((command) => command.name());
  return new HumanError(`"textclf runs" has no subcommand ${quoteName(argument)}.`, {
    hint: `${didYouMeanHint(argument, names)}There are: ${names.join(', ')}.`,
  });
}

function list(options: GlobalOptions & { all?: boolean }, terminal: Terminal): void {
  const root = rootOf(options);
  const runs = listRuns(root);
  if (options.json) terminal.printJson(runs.map(summaryToJson));
  else terminal.print(...runListLines(runs, root, Date.now(), terminal.style(), options));
}

function show(id: string, options: GlobalOptions, terminal: Terminal): void {
  const run = findRun(rootOf(options), id);
  const { events } = readEvents(runPaths(run.folder).events);
  if (options.json) terminal.printJson({ ...summaryToJson(run), events: events.filter(isLasting) });
  else terminal.print(...detailLines(run, terminal.style()), ...replay(events, terminal));
}

/** A group as its events tell it; null for a run that stands for itself. */
function groupOf(events: readonly RunEvent[]): GroupState | null {
  const view = new RunView();
  view.apply(events);
  return view.group;
}

/** What a run printed while it went on, without its progress and its ending. */
function replay(events: readonly RunEvent[], terminal: Terminal): string[] {
  const renderer = new RunRenderer({ progress: 'none', style: terminal.style });
  const told = events.flatMap((event) => {
    const { lines } = renderer.handle(event);
    return isLeftOut(event) ? [] : lines;
  });
  const group = groupOf(events);
  return group ? [...told, '', ...resultLines(group, terminal.style(), { all: true })] : told;
}

/** The record says how it began and ended, and one table what came of a group's runs. */
function isLeftOut({ type }: RunEvent): boolean {
  return type === 'started' || type === 'finished' || type === 'trial' || type === 'summary';
}

/** Batches are many and of interest only while they run. */
function isLasting({ type }: RunEvent): boolean {
  return type !== 'batch' && type !== 'phase';
}

function stop(ids: readonly string[], options: GlobalOptions, terminal: Terminal): void {
  const root = rootOf(options);
  const found = ids.map((id) => findRun(root, id));
  for (const { folder } of found) requestStop(folder);
  const stopping = found.map(({ id }) => id);
  if (options.json) terminal.printJson({ stopping });
  else terminal.print(...stopping.map((id) => `asked ${id} to stop`));
}

function remove(ids: readonly string[], options: GlobalOptions, terminal: Terminal): void {
  const removed = removeRuns(rootOf(options), ids);
  if (options.json) terminal.printJson({ removed });
  else terminal.print(...removed.map((id) => `removed ${id}`));
}

async function adopt(id: string, options: AdoptOptions, terminal: Terminal): Promise<void> {
  const root = rootOf(options);
  const trial = chosenTrial(findRun(root, id), root);
  const { file } = trial;
  const before = await readExperimentText(file);
  const { keepSearch = false } = options;
  const { text } = adoptSettings(before, file, trial.settings, { keepSearch });
  if (options.write && text !== before) writeFileAtomic(file, text);
  if (options.json) terminal.printJson({ trial: trial.id, file, settings: trial.settings, text });
  else if (options.write)
    terminal.print(`wrote the settings of ${trial.label} into ${harmless(relative('', file))}`);
  else terminal.print(text.replace(/\n$/, ''));
}

/** The trial that a run is, or the best one of a search, with its settings. */
function chosenTrial(run: Run, root: string) {
  const { parent, group } = run.record;
  const whole = parent ? findRun(root, parent.id) : run;
  const state =
    whole.record.group?.kind === 'search' ? groupOf(readEvents(runPaths(whole.folder).events).events) : null;
  if (!state) {
    throw new HumanError(`The run ${run.id} is no trial of a search: there are no settings to adopt.`, {
      hint:
        group || parent
          ? 'Folds and seeds are not meant to be chosen from.'
          : 'See the searches: textclf runs',
    });
  }
  const index = parent?.index ?? state.summary?.best?.index;
  const trial = state.trials.find((one) => one.index === index);
  if (!trial) throw new HumanError(`The search ${whole.id} has no best trial yet.`);
  return { id: trial.id, label: trial.label, settings: trial.settings, file: whole.record.experimentFile };
}

function summaryToJson(run: RunSummary) {
  if (run.type === 'broken') {
    const { message, hint } = run.problem;
    return { id: run.id, folder: run.folder, status: 'broken', message, hint };
  }
  return { ...recordToJson(run), id: run.id, folder: run.folder, status: run.status, hasModel: run.hasModel };
}

function recordToJson({ record }: Run) {
  const { schemaVersion: _, heartbeat: __, ...rest } = record;
  return rest;
}
