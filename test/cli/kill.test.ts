import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let script: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-kill-'));
  script = join(folder, 'stubborn.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('children/stubborn.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('work that does not stop', () => {
  it('is ended by a second Ctrl-C, but not by the echo of the first', async () => {
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      // The child says when the time for echoes is over.
      if (String(chunk).includes('ready')) {
        child.kill('SIGINT');
        child.kill('SIGTERM');
      }
      if (String(chunk).includes('later')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(printed).toBe('ready\nasked to stop\nlater\n');
    expect(code).toBe(130);
  });
});
