import { type Command, InvalidArgumentError } from 'commander';
import { count } from '../../protocol/count';
import { HumanError } from '../../protocol/human-error';
import { readDoubtedLabels, readLabelReport } from '../../runs/label-issues';
import { findRun, type Run } from '../../runs/list';
import { type GlobalOptions, optionsOf, rootOf } from '../options';
import { labelIssueLines, summaryLines } from '../render/labels';
import type { Terminal } from '../terminal';

/** So many are listed unless more are asked for. */
const shown = 50;

interface LabelsOptions extends GlobalOptions {
  limit: number;
}

export function addRunLabels(runs: Command, terminal: Terminal): void {
  runs
    .command('labels')
    .description('list the rows whose label is likely wrong, the likeliest first')
    .argument('<run>', 'its id, the start of it, "latest", or its folder')
    .option('--limit <rows>', 'list so many at most; with --json all are given', wholeNumber, shown)
    .action((id: string, _options: unknown, command: Command) =>
      listLabels(id, optionsOf<LabelsOptions>(command), terminal),
    );
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return number;
}

function listLabels(id: string, { limit, ...options }: LabelsOptions, terminal: Terminal): void {
  const root = rootOf(options);
  const run = findRun(root, id);
  const report = readLabelReport(run.folder);
  if (!report) throw noLabels(run);
  // A person may have said since that some are right.
  const found = readDoubtedLabels(run.folder, root);
  if (options.json) {
    terminal.printJson({ run: run.id, ...report, found });
    return;
  }
  const style = terminal.style();
  terminal.print(...summaryLines({ ...report, issues: found.length }, style));
  terminal.print(...labelIssueLines(found.slice(0, limit), style));
  if (found.length > limit)
    terminal.print(style.colors.dim(`… ${count(found.length - limit)} more: --limit ${found.length}`));
}

function noLabels({ id, record }: Run): HumanError {
  const { group, parent } = record;
  if (parent) {
    return new HumanError(
      `The run ${id} is one of several: what they found is with the run that stands for them.`,
      {
        hint: `textclf runs labels ${parent.id}`,
      },
    );
  }
  return new HumanError(`The run ${id} has judged no labels.`, {
    hint: group
      ? 'That takes runs that end well, 50 rows at least, and a model that knows its classes.'
      : 'That takes validation rows (50 at least; or { "folds": 5 } for all rows), a run that ends well, and a model that knows its classes.',
  });
}
