import { type ChildProcess, execFile } from 'node:child_process';

/** How a process is to be started so that `endTree` ends what it has started in its turn. */
export const ownTree = process.platform === 'win32' ? { windowsHide: true } : { detached: true };

/** Ends a process, started with `ownTree`, and all that it has started. */
export function endTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    execFile('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true }, () => {});
    return;
  }
  try {
    // Its group: it leads one.
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself just now.
  }
}
