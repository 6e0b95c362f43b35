import { quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import type { TextEdit } from './fixes';
import { runnable } from './load';
import { allOptions, outermostFirst, type Settings } from './options';
import { parseExperiment } from './parse';
import { withOption, withoutOption } from './write-option';

export interface Adopted {
  /** The experiment file's new text. */
  text: string;
  /** What leads to it, by offsets into the text as it was; none where the file says all that already. */
  edits: TextEdit[];
}

const trialHint = 'The file was changed since the trial. Change it by hand: the trial lists its settings.';

/**
 * Writes the settings of a trial into an experiment file. Comments and everything else stay as they are; `search`
 * is taken out, since the file then stands for that one trial, unless it is to be kept.
 *
 * @param text of the experiment file
 * @param file its path, for messages
 * @param hint what to do where the settings don't fit
 * @throws HumanError where the file is not sound, or the settings don't fit it any more
 */
export function adoptSettings(
  text: string,
  file: string,
  settings: Settings,
  { keepSearch = false, hint = trialHint }: { keepSearch?: boolean; hint?: string } = {},
): Adopted {
  runnable(parseExperiment(text, file));
  const stranger = Object.keys(settings).find((option) => !allOptions().has(option));
  if (stranger !== undefined) throw new HumanError(`There is no option ${quoteName(stranger)} to write.`);

  let result = keepSearch ? text : withoutOption(text, ['search']);
  for (const [path, value] of outermostFirst(settings)) {
    const next = withOption(result, path, value);
    if (next === undefined)
      throw new HumanError(`There is no place for ${quoteName(path.join('.'))} in the experiment.`);
    result = next;
  }
  const { problems } = parseExperiment(result, file);
  const mistake = problems.find(({ severity }) => severity === 'error');
  if (mistake) {
    throw new HumanError(`These settings do not fit the experiment as it is now: ${mistake.message}`, {
      place: { file },
      hint,
    });
  }
  return { text: result, edits: editsBetween(text, result) };
}

/** The lines that differ, as one edit. */
function editsBetween(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  start = before.lastIndexOf('\n', start - 1) + 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const rest = before.slice(before.length - end);
  const lineEnd = rest.indexOf('\n');
  end = lineEnd < 0 ? 0 : rest.length - lineEnd - 1;
  return [
    { offset: start, length: before.length - end - start, text: after.slice(start, after.length - end) },
  ];
}
