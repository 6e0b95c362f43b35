import { writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Experiment } from '../../experiment/schema';
import { labelText } from '../../metrics/decide';
import type { EvaluatedRow } from '../../predict/evaluate';
import { type DataFormat, dataFormats } from '../../protocol/data-formats';
import { fileError } from '../../protocol/file-error';
import { HumanError } from '../../protocol/human-error';
import type { Run } from '../../runs/list';
import { readRunExperiment } from '../../runs/run-experiment';
import { dataFiles } from '../../trainer/data-files';
import { findModel, openPredictor, runOptionText } from '../model-folder';
import { type DeviceOptions, deviceOption, type GlobalOptions, optionsOf, rootOf } from '../options';
import { evaluationLines } from '../render/evaluation';
import type { Terminal } from '../terminal';

interface EvaluateCommandOptions extends GlobalOptions, DeviceOptions {
  run: string;
  text?: string[];
  label?: string[];
  labelSeparator?: string;
  format?: DataFormat;
  predictions?: string;
}

export function addEvaluate(program: Command, terminal: Terminal): void {
  program
    .command('evaluate')
    .description("measure a model on data with labels (by default its experiment's test files)")
    .argument(
      '[data...]',
      'data files (CSV, TSV, JSON, JSON Lines, Parquet, fastText), patterns, or folders with one folder a class',
    )
    .addOption(new Option('--run <run>', runOptionText).default('latest'))
    .option(
      '--text <column>',
      "the text's column, given again for several (default: the experiment's)",
      collect,
    )
    .option(
      '--label <column>',
      "the class's column, given again where each label has one of 0 and 1 (default: the experiment's)",
      collect,
    )
    .option('--label-separator <text>', "what stands between a row's labels (default: the experiment's)")
    .addOption(new Option('--format <format>', "default: by each file's extension").choices(dataFormats))
    .addOption(deviceOption())
    .option('--predictions <file>', "write each row's prediction to a JSON Lines file")
    .action(async (files: string[], _options: unknown, command: Command) => {
      await runEvaluation(files, optionsOf<EvaluateCommandOptions>(command), terminal);
    });
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function runEvaluation(
  files: readonly string[],
  options: EvaluateCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const { folder, run } = findModel(rootOf(options), options.run);
  const data = whatToRead(files, options, run);
  const { evaluate } = await import('../../predict/evaluate');
  const predictor = await openPredictor(folder, options, terminal);
  try {
    const { evaluation, rows } = await evaluate(predictor, data);
    if (options.predictions) writePredictions(options.predictions, rows);
    if (options.json) terminal.printJson({ model: folder, files: namedFiles(data), ...evaluation });
    else terminal.print(...evaluationLines(evaluation, terminal.style()));
  } finally {
    await predictor.release();
  }
}

/** What the command line says, and for the rest what the run's experiment says. */
function whatToRead(files: readonly string[], options: EvaluateCommandOptions, run: Run | undefined) {
  const data = run && readRunExperiment(run.folder).data;
  const labelSeparator = options.labelSeparator ?? data?.labelSeparator;
  const named = files.length > 0 ? { files } : testFiles(data, run);
  const format = options.format ?? named.format;
  return {
    ...named,
    text: options.text ?? data?.text ?? 'text',
    label: labelColumns(options.label) ?? data?.label ?? 'label',
    ...(labelSeparator ? { labelSeparator } : {}),
    ...(format ? { format } : {}),
  };
}

/** One column holds the class itself, or several of them. */
function labelColumns(columns: readonly string[] | undefined): string | readonly string[] | undefined {
  return columns?.length === 1 ? columns[0] : columns;
}

interface NamedFiles {
  files: readonly string[];
  /** What they are relative to. */
  folder?: string;
  format?: DataFormat | undefined;
}

function testFiles(data: Experiment['data'] | undefined, run: Run | undefined): NamedFiles {
  const { test, format } = data ? dataFiles(data) : {};
  if (test !== undefined && run) {
    return { files: [test].flat(), folder: dirname(run.record.experimentFile), format };
  }
  throw new HumanError(
    run ? `The experiment of ${run.id} names no test file.` : 'A model folder names no test file.',
    { hint: 'Say which file to evaluate on: textclf evaluate DATA' },
  );
}

/** As they were named: those of the experiment by their whole paths. */
function namedFiles({ files, folder }: NamedFiles): string[] {
  return files.map((file) => (folder === undefined ? file : resolve(folder, file)));
}

/** From where the program was started, for what lies below that. */
function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path.replaceAll('\\', '/');
}

function writePredictions(file: string, rows: readonly EvaluatedRow[]): void {
  const lines = rows.map(({ row: { text, labels, file, line }, prediction }) =>
    JSON.stringify({
      file: shortPath(file),
      line,
      text,
      truth: labelText(labels),
      trueLabels: labels,
      ...prediction,
    }),
  );
  try {
    writeFileSync(file, `${lines.join('\n')}\n`);
  } catch (error) {
    throw fileError('writing', file, error);
  }
}
