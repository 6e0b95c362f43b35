import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileError } from '../../src/protocol/file-error';
import { HumanError } from '../../src/protocol/human-error';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'textclf-errors-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('No error was thrown.');
}

/** The error of the operating system itself, not an imitation. */
const missing = errorOf(() => readFileSync(join(folder, 'missing')));

describe('fileError', () => {
  it('says what, where and how to mend it', () => {
    const file = join(folder, 'missing');
    const error = fileError('reading', file, missing);
    expect(error).toBeInstanceOf(HumanError);
    expect(error).toMatchObject({ message: 'missing does not exist.', place: { file }, cause: missing });
  });

  it('takes the hint of one who knows more, for that trouble alone', () => {
    const hints = { missing: 'Look under the sofa.' };
    expect(fileError('reading', 'x', missing, hints)).toMatchObject({ hint: 'Look under the sofa.' });
    const isFolder = errorOf(() => readFileSync(folder));
    expect(fileError('reading', folder, isFolder, hints)).toMatchObject({
      message: expect.stringContaining('is a folder') as string,
      hint: expect.not.stringContaining('sofa') as string,
    });
  });

  it('knows a path through a file, one that is too long, and links in a circle', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const loop = join(folder, 'loop');
    symlinkSync(loop, loop);
    for (const path of [join(file, 'inside'), join(folder, 'x'.repeat(5000)), loop]) {
      expect(
        fileError(
          'reading',
          path,
          errorOf(() => readFileSync(path)),
        ),
      ).toBeInstanceOf(HumanError);
    }
  });

  it('lets through what is said already, and bugs', () => {
    const said = new HumanError('Said.');
    expect(fileError('writing', 'x', said)).toBe(said);
    const fd = openSync(folder, 'r');
    closeSync(fd);
    const bug = errorOf(() => readFileSync(fd));
    expect(bug).toMatchObject({ code: 'EBADF' });
    expect(fileError('reading', 'x', bug)).toBe(bug);
  });
});
