import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from '../protocol/file-error';
import { formatPlace, HumanError } from '../protocol/human-error';
import { type ParsedExperiment, parseExperiment } from './parse';
import type { Problem } from './problems';
import type { Experiment } from './schema';
import { parseSetting, tellSettings, withSettings } from './set-options';

/** An experiment's text as a command is to take it, and how to tell what is wrong in it. */
export interface SetExperiment {
  text: string;
  tell(problems: readonly Problem[]): Problem[];
}

/**
 * Reads an experiment file and all that is wrong in it.
 *
 * @param settings what the command line sets in it: `training.epochs=3`
 * @throws HumanError if the file can't be read or isn't UTF-8, or for settings of options that there are not
 */
export async function readExperiment(
  file: string,
  settings: readonly string[] = [],
): Promise<ParsedExperiment> {
  const { text, tell } = await readSetExperiment(file, settings);
  const { problems, ...parsed } = parseExperiment(text, file);
  return { ...parsed, problems: tell(problems) };
}

/** The text of an experiment file with the settings of the command line in it; throws as `readExperiment` does. */
export async function readSetExperiment(file: string, settings: readonly string[]): Promise<SetExperiment> {
  const parsed = settings.map((setting) => parseSetting(setting, dirname(file)));
  const text = withSettings(await readExperimentText(file), parsed);
  return { text, tell: (problems) => tellSettings(problems, parsed) };
}

/**
 * The text of an experiment file.
 *
 * @throws HumanError if the file can't be read or isn't UTF-8
 */
export async function readExperimentText(file: string): Promise<string> {
  return decode(await readBytes(file), file);
}

/**
 * The experiment, if it has no errors.
 *
 * @throws HumanError with the place of the first error; further errors are listed in the message
 */
export function runnable({ experiment, problems }: ParsedExperiment): Experiment {
  if (!experiment) throw asHumanError(problems.filter(({ severity }) => severity === 'error'));
  return experiment;
}

function asHumanError(errors: Problem[]): HumanError {
  const [first, ...others] = errors;
  if (!first) throw new Error('An experiment without errors was not returned');
  const { message, hint, place } = first;
  if (others.length === 0) return new HumanError(message, { place, ...(hint ? { hint } : {}) });
  // A hint stands below its own message, so with several errors all hints go into the message.
  const paragraphs = [
    withHint(message, hint),
    ...others.map((error) => withHint(`${formatPlace(error.place)}: ${error.message}`, error.hint)),
  ];
  return new HumanError(paragraphs.join('\n'), { place });
}

function withHint(message: string, hint: string | undefined): string {
  return hint ? `${message}\n  ${hint}` : message;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw fileError('reading', file, error, {
      missing: 'Check the path; relative paths start at the folder that the command runs in.',
      folder: 'Name a .textclf.json file in it.',
    });
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    // Every decoder failure is one of encoding; the first bad byte's line is where the sound part ends.
    throw new HumanError('The experiment file is not UTF-8 text.', {
      place: { file, line: lineOfFirstBadByte(bytes) },
      hint: 'Save it with the encoding UTF-8.',
      cause,
    });
  }
}

function lineOfFirstBadByte(bytes: Uint8Array): number {
  const sound = new TextDecoder().decode(bytes).split('\uFFFD', 1)[0] ?? '';
  return sound.split(/\r\n|\n|\r/).length;
}
