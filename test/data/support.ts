import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Example } from '../../src/data/rows';
import { HumanError } from '../../src/protocol/human-error';

/** Real data sets, where the machine has them. */
export const sharedData = resolve(import.meta.dirname, '../../../shared/data');

/** What a row of a data set says, as an object of its own. */
export const plainRow = ({ text, labels, file, line, labelIndices }: Example): Example => ({
  ...{ text, labels, file, line, labelIndices },
});

/** A folder for a test file's data files, removed at the end. */
export function temporaryFolder() {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'textclf-data-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    path: (name: string) => join(folder, name),
    async write(name: string, contents: string | Buffer) {
      await writeFile(join(folder, name), contents);
      return join(folder, name);
    },
  };
}

/** The HumanError that the work must fail with. */
export async function humanErrorOf(work: Promise<unknown>): Promise<HumanError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HumanError) return error;
    throw error;
  }
  throw new Error('expected a HumanError, but nothing was thrown');
}
