import { readFile } from 'node:fs/promises';
import { HumanError, type Place } from '../protocol/human-error';
import { placeOfOption } from './parse';
import type { Path, Remedy } from './problems';

/** A mistake in one option of the experiment that only the data or the training could show. */
export class OptionError extends HumanError {
  constructor(
    message: string,
    readonly path: Path,
    hint: string,
    readonly remedies: readonly Remedy[] = [],
    cause?: unknown,
  ) {
    super(message, { hint, cause });
  }
}

/** The same error with the place where the option is written in the experiment file. */
export async function located(error: OptionError, file: string): Promise<HumanError> {
  const place = await readFile(file, 'utf8').then(
    (text) => placeOfOption(text, file, error.path),
    (): Place => ({ file }),
  );
  return new HumanError(error.message, { place, ...(error.hint ? { hint: error.hint } : {}), cause: error });
}
