/** The example workspace that comes with the extension, as the build makes it. */
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuns } from '../src/runs/list';
import { textclf } from './cli/support';
import { temporaryFolder } from './runs/support';
import { readAll } from './support/read-all';

const example = 'dist/example';
const files = ['train.csv', 'test.csv'].map((name) => join(example, name));

describe('the example workspace', () => {
  it('is small', () => {
    expect(readdirSync(example).sort()).toEqual(['README.md', 'spam.textclf.json', 'test.csv', 'train.csv']);
    const sizes = readdirSync(example).map((name) => statSync(join(example, name)).size);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(300_000);
  });

  it('has as many mails of each class, one a line and none twice', async () => {
    const rows = await readAll(files, { text: 'text', label: 'label' });
    expect(rows).toHaveLength(1_800);
    expect(rows.filter(({ labels }) => labels[0] === 'spam')).toHaveLength(900);
    expect(new Set(rows.map(({ text }) => text.toLowerCase().replace(/[^\p{L}]+/gu, ''))).size).toBe(
      rows.length,
    );
    for (const file of files) {
      const { length } = rows.filter((row) => row.file === resolve(file));
      expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(length + 2);
    }
  });

  it('trains to a model that is right about nine times of ten', async () => {
    const folder = temporaryFolder();
    cpSync(example, folder, { recursive: true });
    const { code, stderr } = await textclf(['train', 'spam.textclf.json', '--root', '.', '--quiet'], {
      cwd: folder,
    });
    expect(code, stderr).toBe(0);
    const [run] = listRuns(folder);
    expect(run?.type === 'run' && run.record.test?.accuracy).toBeGreaterThan(0.88);
  });
});
