import { execFileSync } from 'node:child_process';

export interface GitState {
  commit: string;
  /** Whether any file that git does not ignore differs from the commit or is not in it. */
  dirty: boolean;
}

/** The commit that a folder stands at; null without git, a repository or a commit, or after 2 seconds. */
export function gitState(folder: string): GitState | null {
  let output: string;
  try {
    // No hook of the workspace's configuration is run, and the index is not locked.
    output = execFileSync('git', ['-c', 'core.fsmonitor=false', 'status', '--porcelain=v2', '--branch'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 2000,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
    });
  } catch {
    return null;
  }
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(output)?.[1];
  return commit === undefined ? null : { commit, dirty: /^[^#]/m.test(output) };
}
