import { type Command, Option } from 'commander';
import type { Exported } from '../../export/export-model';
import { bytesText } from '../../protocol/bytes';
import { countOf } from '../../protocol/count';
import { HumanError } from '../../protocol/human-error';
import { type ExportForm, exportForms } from '../../runs/model-files';
import { harmless } from '../format/harmless';
import { percent } from '../format/numbers';
import { indent, table } from '../format/table';
import { withInterrupt } from '../interrupt';
import { asStopped, withWorkLines } from '../machine-output';
import { findModel, runOptionText } from '../model-folder';
import { type GlobalOptions, optionsOf, rootOf } from '../options';
import type { Terminal } from '../terminal';

interface ExportCommandOptions extends GlobalOptions {
  run: string;
  format: ExportForm;
  output: string;
  rows: string;
  force?: boolean;
}

export function addExport(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('write a model to a folder of its own, also in half or a quarter of its size')
    .addOption(new Option('--run <run>', runOptionText).default('latest'))
    .addOption(
      new Option(
        '--format <format>',
        'folder: all files as they are; fp32, fp16, int8: the network alone as ONNX, its weights in so many bits',
      )
        .choices(exportForms)
        .default('folder'),
    )
    .requiredOption('--output <folder>', 'the folder to make')
    .option('--rows <number>', 'measure on at most so many of the rows that the run was evaluated on', '1000')
    .option('--force', 'replace a model that is in the folder')
    .addHelpText(
      'after',
      '\nWith --json, each line is one object: { "type": "progress", "done", "total", "message" }, and at the end\n{ "type": "done", "output", "bytes", "forms", … } or { "type": "failed", "message", "hint" }.',
    )
    .action(async (_options: unknown, command: Command) => {
      await runExport(optionsOf<ExportCommandOptions>(command), terminal);
    });
}

async function runExport(options: ExportCommandOptions, terminal: Terminal): Promise<void> {
  if (options.json) {
    await withWorkLines(terminal, async (print) => ({
      ...(await doExport(options, (done, total, message) =>
        print({ type: 'progress', done, total, message }),
      )),
    }));
    return;
  }
  const exported = await doExport(options, (done, total, message) => {
    terminal.showLive(total > 0 ? `${message}: ${Math.floor((100 * done) / total)}%` : message);
  }).finally(() => terminal.showLive());
  terminal.print(...exportLines(exported));
}

async function doExport(
  options: ExportCommandOptions,
  progress: (done: number, total: number, message: string) => void,
): Promise<Exported> {
  const { folder, run } = findModel(rootOf(options), options.run);
  const rows = Number(options.rows);
  if (!Number.isInteger(rows) || rows < 0) {
    throw new HumanError(`--rows must be a whole number, not "${options.rows}".`, {
      hint: '0 measures nothing.',
    });
  }
  const { exportModel } = await import('../../export/export-model');
  return withInterrupt(
    () => progress(0, 0, 'stopping'),
    async (signal) => {
      try {
        const { format, output, force = false } = options;
        const request = { model: folder, run: run?.folder, form: format, output, force, rows };
        return await exportModel({ ...request, signal, progress });
      } catch (error) {
        throw asStopped(error, signal, 'The export was stopped; nothing was written.');
      }
    },
  );
}

function exportLines({ output, bytes, forms, measuredOn, notMeasured }: Exported): string[] {
  const share = (value: number | undefined) => (value === undefined ? '' : percent(value));
  const isMeasured = measuredOn !== undefined;
  const rows = forms.map(({ form, file, bytes: size, accuracy, macroF1, agreement }) => [
    ...[form, file, bytesText(size)],
    ...(isMeasured ? [accuracy, macroF1, agreement].map(share) : []),
  ]);
  const header = ['', 'File', 'Size', ...(isMeasured ? ['Accuracy', 'Macro F1', 'Same as fp32'] : [])];
  return [
    `${harmless(output)} (${bytesText(bytes)})`,
    ...(rows.length > 0 ? indent(table([header, ...rows], ['left', 'left'])) : []),
    ...(measuredOn ? indent([`on ${countOf(measuredOn.rows, `${measuredOn.split} row`)}`]) : []),
    ...(notMeasured === undefined ? [] : indent([`not measured: ${harmless(notMeasured)}`])),
  ];
}
