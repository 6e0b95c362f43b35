import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { endTree, ownTree } from './end-tree';
import { hearChild } from './hear-child';

/** The path of npm, as a terminal would find it. */
export function findNpm(environment: NodeJS.ProcessEnv, platform = process.platform): string | undefined {
  const names = platform === 'win32' ? ['npm.cmd', 'npm.exe'] : ['npm'];
  // Windows writes it in several ways.
  const path = Object.entries(environment).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? '';
  return path
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface NpmWork {
  npm: string;
  /** Constants alone: on Windows they go through a shell, without which no `.cmd` can be started. */
  args: readonly string[];
  folder: string;
  env: NodeJS.ProcessEnv;
  /** Ends npm and all that it has started. */
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/**
 * Runs npm in a folder.
 *
 * @returns its exit code, null where it was ended
 */
export async function runNpm({ npm, args, folder, env, signal, onLine }: NpmWork): Promise<number | null> {
  if (signal.aborted) return null;
  const needsShell = npm.endsWith('.cmd');
  const child = spawn(needsShell ? `"${npm}"` : npm, args, {
    ...ownTree,
    cwd: folder,
    env,
    shell: needsShell,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return hearChild(child, { onOutput: onLine, onError: onLine, signal, stop: () => endTree(child) });
}
