import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addCheck } from './commands/check';
import { addDevices } from './commands/devices';
import { addEvaluate } from './commands/evaluate';
import { addExport } from './commands/export';
import { addInspect } from './commands/inspect';
import { addPredict } from './commands/predict';
import { addPush } from './commands/push';
import { addRuns } from './commands/runs';
import { addSchema } from './commands/schema';
import { addTrain } from './commands/train';
import { type ExitCode, exitCodes, reportError } from './errors';
import { Terminal } from './terminal';

const examples = `
Examples:
  textclf check spam.textclf.json          say what is wrong in an experiment file and its data
  textclf inspect spam.textclf.json        look at its data: classes, lengths, copies, what is wrong
  textclf train spam.textclf.json          train, and show how it goes
  textclf predict "Claim your prize now"   classify with the newest model
  textclf predict - < texts.txt            classify each line of a file
  textclf evaluate more.csv                measure the newest model on other data
  textclf export --output spam --format int8   write the newest model in a quarter of its size
  textclf runs                             list all runs
  textclf devices                          what could compute here: processor, graphics cards

Exit codes: 0 fine, 1 a mistake in files or arguments, 2 a bug in textclf.`;

const commands = [
  addTrain,
  addPredict,
  addEvaluate,
  addExport,
  addPush,
  addCheck,
  addInspect,
  addDevices,
  addRuns,
  addSchema,
];

/** Runs one command line (without the program's own name) and gives its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const terminal = new Terminal();
  const asJson = wantsJson(args);
  // What is thrown where nobody can catch it, such as in a timer.
  process.on('uncaughtException', (error) => process.exit(reportError(error, terminal, asJson)));
  // However it ends, the shell's prompt starts on an empty line.
  process.once('exit', () => terminal.showLive());

  const program = createProgram(terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.fine;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.fine;
    // No command was named.
    if (error instanceof CommanderError && error.code === 'commander.help') {
      terminal.note(program.helpInformation() + examples);
      return exitCodes.mistake;
    }
    return reportError(error, terminal, asJson);
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('textclf')
    .description('Trains text classifiers: no Python, nothing sent anywhere.')
    .version(version)
    .option('--root <folder>', 'the folder whose .textclf/runs holds the runs (default: found upwards)')
    .option('--json', 'write machine-readable output to standard output')
    .addHelpText('after', examples)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    // Errors are thrown and shown in one place.
    .configureOutput({ outputError: () => {}, writeErr: () => {} });
  for (const add of commands) add(program, terminal);
  return program;
}

/** Asked before the arguments are parsed, so that even a mistake in them is reported as JSON. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}
