import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readExperiment, runnable } from '../../experiment/load';
import { located, OptionError } from '../../experiment/option-error';
import type { Experiment } from '../../experiment/schema';
import { count } from '../../protocol/count';
import { isDataFileName } from '../../protocol/data-formats';
import { fileError } from '../../protocol/file-error';
import { HumanError } from '../../protocol/human-error';
import { mostFindingRows } from '../../protocol/inspection';
import { type GlobalOptions, optionsOf, type SetOptions, setOption } from '../options';
import { grouped, inspectionLines } from '../render/inspection';
import type { Terminal } from '../terminal';

interface InspectCommandOptions extends GlobalOptions, SetOptions {
  rows: number;
}

export function addInspect(program: Command, terminal: Terminal): void {
  program
    .command('inspect')
    .description('look at data before training: classes, lengths, telling words, and what is wrong')
    .argument(
      '<file>',
      'an experiment file; or a data file or a folder with one folder a class, whose columns are guessed',
    )
    .addOption(setOption())
    .option('--rows <number>', 'how many rows (or groups of copies) to list of each finding', asNumber, 3)
    .action(async (file: string, _options: unknown, command: Command) => {
      await inspect(file, optionsOf<InspectCommandOptions>(command), terminal);
    });
}

function asNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number <= mostFindingRows) return number;
  throw new InvalidArgumentError(`It is a whole number from 0 to ${mostFindingRows}.`);
}

async function inspect(
  file: string,
  { rows: listed, json, set = [] }: InspectCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const isData = await isDataFile(file);
  if (isData && set.length > 0) throw new HumanError('--set is for an experiment file, not for data.');
  const [{ inspectExperiment }, experiment] = await Promise.all([
    import('../../inspection/inspect-experiment'),
    isData ? ofDataFile(file) : readExperiment(file, set).then(runnable),
  ]);
  const { report, rows } = await inspectExperiment(experiment, dirname(file), {
    progress: (done, total) =>
      terminal.showLive(total === 0 ? 'Reading…' : `Row ${count(done)} of ${count(total)}`),
  }).catch(async (error: unknown) => {
    throw error instanceof OptionError ? await located(error, file) : error;
  });
  terminal.showLive();
  if (json)
    terminal.printJson({ report, rows: rows.map((ofFinding) => grouped(ofFinding).slice(0, listed).flat()) });
  else terminal.print(...inspectionLines({ report, rows }, experiment, listed, terminal.style()));
}

async function ofDataFile(file: string): Promise<Experiment> {
  const { experimentOfDataFile } = await import('../../inspection/data-file-experiment');
  return experimentOfDataFile(file);
}

/** JSON can be either: an experiment says which model it trains, and is short. */
async function isDataFile(file: string): Promise<boolean> {
  const found = await stat(file).catch((error: unknown) => {
    throw fileError('reading', file, error);
  });
  if (found.isDirectory()) return true;
  if (!isDataFileName(file) || /\.textclf\.json$/i.test(file)) return false;
  if (!/\.json$/i.test(file)) return true;
  const text = await beginning(file);
  return text.trimStart().startsWith('[') || !/"model"\s*:/.test(text);
}

/** Bytes: comments may stand before what tells. */
const longestExperiment = 1 << 16;

async function beginning(file: string): Promise<string> {
  const handle = await open(file).catch((error: unknown) => {
    throw fileError('reading', file, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longestExperiment), 0, longestExperiment, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
  } finally {
    await handle.close();
  }
}
