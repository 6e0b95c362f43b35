import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/protocol/events';
import { HumanError } from '../../src/protocol/human-error';

/** An empty folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'textclf-runs-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function warning(message: string): RunEvent {
  return { type: 'warning', time: '2026-11-22T14:30:05.000Z', message };
}

/** The HumanError that `action` throws; any other end fails the test. */
export function humanErrorOf(action: () => unknown): HumanError {
  try {
    action();
  } catch (error) {
    if (error instanceof HumanError) return error;
    throw error;
  }
  throw new Error('No error was thrown.');
}

/** Bundles a program of `children/` for a process of its own; gives the path to run. */
export async function bundleChild(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL(`children/${name}.ts`, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
  });
  return outfile;
}

/** Uniform numbers from 0 up to 1 that a seed repeats (a linear congruential generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
