import { mkdir, rm, writeFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { runNpm } from './npm';
import { type InstalledTensorflow, markerPath, tensorflowFolder } from './tensorflow-path';

/** Of what npm prints when it fails, so many lines are told at once. */
const toldLines = 3;

export interface Installation {
  npm: string;
  tensorflow: InstalledTensorflow;
  /** The folder that VS Code keeps for the extension. */
  storage: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/**
 * Has npm put TensorFlow.js into the extension's storage, in the place of what is there. What is half done is removed.
 *
 * @returns false where the signal was aborted
 * @throws HumanError with npm's last lines
 */
export async function installTensorflow(installation: Installation): Promise<boolean> {
  const { npm, tensorflow, storage, env, signal, onLine } = installation;
  const folder = tensorflowFolder(storage);
  await removeTensorflow(storage);
  const lines: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    // Without one, npm looks for a project in the folders above.
    await writeFile(`${folder}/package.json`, '{ "private": true }\n');
    const { package: name, version } = tensorflow;
    const code = await runNpm({
      ...{ npm, folder, env, signal },
      args: ['install', ...npmOptions, '--prefix', '.', `${name}@${version}`],
      onLine(line) {
        const text = stripVTControlCharacters(line).trim();
        if (text === '') return;
        lines.push(text);
        onLine(text);
      },
    });
    if (code === 0 && !signal.aborted) {
      await writeFile(markerPath(storage), `${JSON.stringify(tensorflow)}\n`);
      return true;
    }
    if (!signal.aborted) throw failed(code, lines);
  } catch (error) {
    await removeTensorflow(storage);
    throw error instanceof HumanError ? error : fileError('writing', folder, error);
  }
  await removeTensorflow(storage);
  return false;
}

/** The package's install script fetches its library, whatever npm does with others'; and each file is a line. */
const npmOptions = [
  '--ignore-scripts=false',
  '--foreground-scripts',
  '--save-exact',
  ...['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=http'],
];

/** Lines that do not tell the cause: of what npm fetches and runs, and where in which program it broke. */
const circumstances =
  /^npm (http|warn|info) |^npm (error|ERR!) (code|path|errno|syscall|command|A complete log)\b|^> |^at |^Node\.js v/;

function failed(code: number | null, lines: readonly string[]): HumanError {
  const causes = lines.filter((line) => !circumstances.test(line));
  const told = (causes.length > 0 ? causes : lines).slice(-toldLines);
  return new HumanError(`npm could not install TensorFlow.js (it ended with ${code ?? 'a signal'}).`, {
    hint: told.map((line) => line.replace(/^npm (error|ERR!) /, '')).join(' · '),
  });
}

/** @throws HumanError where it is in use or may not be removed */
export async function removeTensorflow(storage: string): Promise<void> {
  const folder = tensorflowFolder(storage);
  try {
    // First, so that what is left of it is not taken for whole.
    await rm(markerPath(storage), { force: true });
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  } catch (error) {
    throw new HumanError(`${folder} could not be removed (${(error as Error).message}).`, {
      hint: 'A training may be using it: wait for its end, and try again.',
      cause: error,
    });
  }
}
