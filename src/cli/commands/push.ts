import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import type { PushedModel } from '../../hub/push-model';
import { bytesText } from '../../protocol/bytes';
import { countOf } from '../../protocol/count';
import { HumanError } from '../../protocol/human-error';
import { type FolderFile, totalBytes } from '../../runs/folder-files';
import { harmless } from '../format/harmless';
import { indent, table } from '../format/table';
import { withInterrupt } from '../interrupt';
import { asStopped, withWorkLines } from '../machine-output';
import { findModel, runOptionText } from '../model-folder';
import { type GlobalOptions, optionsOf, rootOf } from '../options';
import type { Terminal } from '../terminal';

interface PushCommandOptions extends GlobalOptions {
  run: string;
  repo: string;
  public?: boolean;
  message?: string;
  yes?: boolean;
}

export function addPush(program: Command, terminal: Terminal): void {
  program
    .command('push')
    .description('send a model to the Hugging Face Hub')
    .addOption(new Option('--run <run>', runOptionText).default('latest'))
    .requiredOption(
      '--repo <name>',
      'organisation/name, or a name of your own; it is made where there is none',
    )
    .option('--public', 'let everybody see a repository that is made (default: only you)')
    .option('--message <text>', 'of the commit')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nThe access token is taken from HF_TOKEN, or from the file that "hf auth login" writes. HF_ENDPOINT names another hub.\n' +
        'With --json, nothing is asked, and each line is one object: { "type": "progress", "done", "total" } in bytes, and at\n' +
        'the end { "type": "done", "url", "commit", … } or { "type": "failed", "message", "hint" }.',
    )
    .action(async (_options: unknown, command: Command) => {
      await runPush(optionsOf<PushCommandOptions>(command), terminal);
    });
}

async function runPush(options: PushCommandOptions, terminal: Terminal): Promise<void> {
  if (options.json) {
    await withWorkLines(terminal, async (print) => {
      const plan = await planOf(options);
      const pushed = await push(plan, options, (done, total) => print({ type: 'progress', done, total }));
      return { ...pushed, repo: options.repo, files: plan.files.length, bytes: plan.bytes };
    });
    return;
  }
  const plan = await planOf(options);
  terminal.note(planLines(options, plan).join('\n'));
  if (!options.yes) await confirm(terminal);
  const { url, commit } = await push(plan, options, (done, total) =>
    terminal.showLive(`sent ${bytesText(done)} of ${bytesText(total)}`),
  ).finally(() => terminal.showLive());
  terminal.print(harmless(url), `commit ${harmless(commit)}`);
}

/** What is to be sent. */
interface Plan {
  readonly folder: string;
  readonly files: readonly FolderFile[];
  readonly bytes: number;
}

async function planOf(options: PushCommandOptions): Promise<Plan> {
  const { folder } = findModel(rootOf(options), options.run);
  const { filesToPush } = await import('../../hub/push-model');
  const files = filesToPush(folder);
  return { folder, files, bytes: totalBytes(files) };
}

async function push(
  { folder }: Plan,
  { repo, public: isPublic = false, message }: PushCommandOptions,
  progress: (done: number, total: number) => void,
): Promise<PushedModel> {
  const { pushModel } = await import('../../hub/push-model');
  return withInterrupt(
    () => {},
    async (signal) => {
      try {
        return await pushModel({ folder, repo, private: !isPublic, message, signal, progress });
      } catch (error) {
        const left = 'The repository may be there already, with the files of one commit or none.';
        throw asStopped(error, signal, `Sending the model was stopped. ${left}`);
      }
    },
  );
}

/** What is going to happen, before it does. */
function planLines({ repo, public: isPublic }: PushCommandOptions, { files, bytes }: Plan): string[] {
  const seen = isPublic ? 'everybody can see it' : 'only you can see it, if it is made now';
  return [
    `To send to ${harmless(repo)} on the Hugging Face Hub (${seen}):`,
    ...indent(
      table(
        files.map((file) => [harmless(file.path), bytesText(file.bytes)]),
        ['left'],
      ),
    ),
    `${countOf(files.length, 'file')}, ${bytesText(bytes)}. The model card tells the names of the data files, the labels and the settings.`,
  ];
}

/** @throws HumanError where the answer is no, or nobody is there to give one */
async function confirm(terminal: Terminal): Promise<void> {
  if (!process.stdin.isTTY || !terminal.isLive) {
    throw new HumanError('Nobody is there to be asked whether the model shall be sent.', {
      hint: 'Say it beforehand: --yes',
    });
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question('Send it? [y/N] ');
    if (/^\s*y(es)?\s*$/i.test(answer)) return;
  } finally {
    lines.close();
  }
  throw new HumanError('Nothing was sent.');
}
