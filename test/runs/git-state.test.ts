import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gitState } from '../../src/runs/git-state';
import { temporaryFolder } from './support';

const hasGit = spawnSync('git', ['--version']).status === 0;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('gitState', () => {
  it.skipIf(!hasGit)('tells the commit and whether anything differs from it (needs git)', () => {
    const folder = temporaryFolder();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
        cwd: folder,
        encoding: 'utf8',
      }).trim();
    git('init', '-q');
    expect(gitState(folder), 'no commit yet').toBeNull();
    writeFileSync(join(folder, 'a.txt'), '1');
    writeFileSync(join(folder, '.gitignore'), 'ignored.txt\n');
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    const commit = git('rev-parse', 'HEAD');
    mkdirSync(join(folder, 'sub'));
    expect(gitState(join(folder, 'sub'))).toEqual({ commit, dirty: false });
    writeFileSync(join(folder, 'ignored.txt'), '1');
    expect(gitState(folder)).toEqual({ commit, dirty: false });
    writeFileSync(join(folder, 'a.txt'), '2');
    expect(gitState(folder)).toEqual({ commit, dirty: true });
    git('checkout', '-q', 'a.txt');
    writeFileSync(join(folder, 'untracked.txt'), '1');
    expect(gitState(join(folder, 'sub'))).toEqual({ commit, dirty: true });
  });

  it('is null outside of a repository, in a missing folder, and without git', () => {
    const folder = temporaryFolder();
    vi.stubEnv('GIT_CEILING_DIRECTORIES', folder);
    expect(gitState(folder)).toBeNull();
    expect(gitState(join(folder, 'missing'))).toBeNull();
    vi.stubEnv('PATH', folder);
    expect(gitState(folder)).toBeNull();
  });
});
