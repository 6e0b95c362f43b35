import { basename, resolve } from 'node:path';
import { inspect } from '../data/inspect';
import { runnable } from '../experiment/load';
import { parseExperiment } from '../experiment/parse';
import type { Experiment } from '../experiment/schema';
import { listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';

/**
 * An experiment about nothing but a data file (or a folder with one folder a class): its columns are guessed as for a new
 * experiment, all of its rows are training rows, and no text is cut.
 *
 * @throws HumanError where it cannot be read, or has no columns that look like a text and its class
 */
export async function experimentOfDataFile(file: string): Promise<Experiment> {
  const path = resolve(file);
  const { format, columns, textColumn, labelColumn, classes } = await inspect(path);
  if (textColumn === undefined || labelColumn === undefined) throw notGuessed(path, columns, textColumn);
  const { labelSeparator } = columns.find(({ name }) => name === labelColumn)!;
  const written = {
    data: {
      ...{ train: path, format, text: textColumn, label: labelColumn },
      ...(classes ? { labels: classes } : {}),
      ...(labelSeparator === undefined ? {} : { task: 'multi-label', labelSeparator }),
      // So that no row is taken away from the training rows.
      validation: { folds: 2 },
    },
    model: { type: 'baseline' },
  };
  return runnable(parseExperiment(JSON.stringify(written), path));
}

function notGuessed(
  file: string,
  columns: readonly { name: string }[],
  textColumn: string | undefined,
): HumanError {
  const what = textColumn === undefined ? 'a text' : `the class of ${quoteName(textColumn)}`;
  const names = columns.length === 0 ? '' : ` It has ${listNames(columns.map(({ name }) => name))}.`;
  return new HumanError(`no column of ${basename(file)} looks like ${what}`, {
    place: { file },
    hint: `Write an experiment file that names the columns ("text" and "label" of "data"), and inspect that.${names}`,
  });
}
