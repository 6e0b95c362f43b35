import { basename } from 'node:path';
import { HumanError } from './human-error';

type Doing = 'reading' | 'writing';

type Trouble = 'full' | 'notPermitted' | 'missing' | 'folder' | 'readOnly' | 'fault' | 'badPath';

interface Reason {
  trouble: Trouble;
  what: (doing: Doing, name: string) => string;
  hint: string;
}

const diskFull: Reason = {
  trouble: 'full',
  what: (doing, name) => `The disk is full while ${doing} ${name}.`,
  hint: 'Free some space on this disk (old runs: `textclf runs ls`, `textclf runs rm ID`) and try again.',
};
const notPermitted: Reason = {
  trouble: 'notPermitted',
  what: (doing, name) => `No permission for ${doing} ${name}.`,
  hint: 'Check who owns the file and its folder, and their permissions.',
};
const missing: Reason = {
  trouble: 'missing',
  what: (doing, name) =>
    doing === 'reading' ? `${name} does not exist.` : `The folder to write ${name} into does not exist.`,
  hint: 'Check the path; the folder may have been moved or deleted.',
};

/** What the operating system's error codes mean to a person. */
const reasons: Record<string, Reason> = {
  ENOSPC: diskFull,
  EDQUOT: { ...diskFull, what: (doing, name) => `The disk quota is used up while ${doing} ${name}.` },
  EACCES: notPermitted,
  EPERM: notPermitted,
  EROFS: {
    trouble: 'readOnly',
    what: (doing, name) => `The disk is read-only, which prevents ${doing} ${name}.`,
    hint: 'Work in a folder that can be written to.',
  },
  ENOENT: missing,
  ENOTDIR: missing,
  EISDIR: {
    trouble: 'folder',
    what: (_doing, name) => `${name} is a folder, not a file.`,
    hint: 'Name a file, or move the folder away.',
  },
  EIO: {
    trouble: 'fault',
    what: (doing, name) => `The disk reported a fault while ${doing} ${name}.`,
    hint: 'Check the disk and the connection to it.',
  },
  ELOOP: {
    trouble: 'badPath',
    what: (_doing, name) => `The links to ${name} lead in a circle.`,
    hint: 'Name the file itself instead of a link to it.',
  },
  ENAMETOOLONG: {
    trouble: 'badPath',
    what: () => 'This path is too long.',
    hint: 'Use shorter names, or folders that nest less deeply.',
  },
};

/**
 * Turns a file system error that a person can mend into a `HumanError` with the file as
 * its place; any other error comes back as it is.
 *
 * @param hints what to do about a trouble, where more is known of the file than its path
 */
export function fileError(
  doing: Doing,
  path: string,
  error: unknown,
  hints: Partial<Record<Trouble, string>> = {},
): unknown {
  if (error instanceof HumanError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code];
  if (!reason) return error;
  return new HumanError(reason.what(doing, basename(path)), {
    place: { file: path },
    hint: hints[reason.trouble] ?? reason.hint,
    cause: error,
  });
}
