/** A place in a file: lines and columns count from 1, as editors show them. */
export interface Place {
  file: string;
  line?: number;
  column?: number;
}

/**
 * Something that a person can mend: a missing file, a wrong column, a full disk.
 * Everything that is not a HumanError is a bug and is shown with its stack.
 *
 * `message` says what is wrong, `place` where, `hint` how to mend it.
 */
export class HumanError extends Error {
  override readonly name = 'HumanError';
  readonly place: Place | undefined;
  readonly hint: string | undefined;

  constructor(message: string, options: { place?: Place; hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.place = options.place;
    this.hint = options.hint;
  }
}

/** `file:line:column`, with the parts that are known. */
export function formatPlace(place: Place): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':');
}

/** The one way in which an error is shown to a person: what, where, how to mend it. */
export function formatError(error: unknown): string {
  if (error instanceof HumanError) {
    const where = error.place ? `${formatPlace(error.place)}: ` : '';
    return `${where}${error.message}${error.hint ? `\n  ${error.hint}` : ''}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
