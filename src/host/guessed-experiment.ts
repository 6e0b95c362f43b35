import { basename, dirname, join } from 'node:path';
import { newExperimentText } from '../experiment/new-experiment';
import { hasColumns } from '../protocol/data-formats';
import { HumanError } from '../protocol/human-error';
import type { PanelServices } from './panel-services';

/**
 * An experiment on a data file, made of what the file seems to hold; nobody saves it.
 *
 * @throws HumanError where no columns can be meant
 */
export async function guessedExperiment(
  { inspector }: Pick<PanelServices, 'inspector'>,
  data: string,
): Promise<{ file: string; text: string }> {
  const inspection = await inspector.request('inspect', { file: data });
  const { format, columns, textColumn, labelColumn, classes } = inspection;
  if (hasColumns(format) && (textColumn === undefined || labelColumn === undefined)) {
    throw new HumanError(
      `Which column of ${basename(data)} has the ${textColumn === undefined ? 'text' : 'class'} cannot be told.`,
      { place: { file: data }, hint: 'Make an experiment that names the columns, and inspect that.' },
    );
  }
  const { labelSeparator } = columns.find(({ name }) => name === labelColumn) ?? {};
  const text = newExperimentText({
    name: basename(data),
    train: `./${basename(data)}`,
    format,
    text: [textColumn ?? 'text'],
    label: labelColumn ?? 'label',
    ...(classes ? { labels: classes } : {}),
    ...(labelSeparator === undefined ? {} : { labelSeparator }),
    // It reads texts whole, so that nothing is said to be cut off.
    model: 'baseline',
    examples: [],
  });
  return { file: join(dirname(data), `${basename(data)}.textclf.json`), text };
}
