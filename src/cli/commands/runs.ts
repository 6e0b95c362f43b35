import type { Command } from 'commander';
import { didYouMeanHint, quoteName } from '../../protocol/did-you-mean';
import type { RunEvent } from '../../protocol/events';
import { HumanError } from '../../protocol/human-error';
import { readEvents } from '../../runs/events';
import { findRun, listRuns, type Run, type RunSummary, removeRuns } from '../../runs/list';
import { runPaths } from '../../runs/paths';
import { requestStop } from '../../runs/stop-request';
import { type GlobalOptions, optionsOf, rootOf } from '../options';
import { detailLines } from '../render/run-details';
import { runListLines } from '../render/run-list';
import { RunRenderer } from '../render/run-renderer';
import type { Terminal } from '../terminal';

export function addRuns(program: Command, terminal: Terminal): void {
  const runs = program.command('runs').description('list, show, stop and remove runs');
  runs
    .command('ls', { isDefault: true })
    .description('list all runs, newest first (also without "ls")')
    // What is no subcommand of "runs" arrives here too.
    .allowExcessArguments()
    .action((_options: unknown, command: Command) => {
      if (command.args[0] !== undefined) throw tooMuch(command.args[0], runs);
      list(optionsOf<object>(command), terminal);
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
    .description('delete runs with all their files')
    .argument('<run...>', 'their ids, or starts of ids that no other run shares')
    .action((ids: string[], _options: unknown, command: Command) =>
      remove(ids, optionsOf<object>(command), terminal),
    );
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

function list(options: GlobalOptions, terminal: Terminal): void {
  const root = rootOf(options);
  const runs = listRuns(root);
  if (options.json) terminal.printJson(runs.map(summaryToJson));
  else terminal.print(...runListLines(runs, root, Date.now(), terminal.style()));
}

function show(id: string, options: GlobalOptions, terminal: Terminal): void {
  const run = findRun(rootOf(options), id);
  const { events } = readEvents(runPaths(run.folder).events);
  if (options.json) terminal.printJson({ ...summaryToJson(run), events: events.filter(isLasting) });
  else terminal.print(...detailLines(run, terminal.style()), ...replay(events, terminal));
}

/** What a run printed while it went on, without its progress and its ending. */
function replay(events: readonly RunEvent[], terminal: Terminal): string[] {
  const renderer = new RunRenderer({ progress: 'none', style: terminal.style });
  return events.flatMap((event) => {
    const { lines } = renderer.handle(event);
    return event.type === 'started' || event.type === 'finished' ? [] : lines;
  });
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
