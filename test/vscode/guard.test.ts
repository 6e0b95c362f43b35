import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A child that starts one more, in a process group of its own, which ignores every polite signal. */
const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log(process.pid);`;
const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}],
  { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }).unref();`;

describe.skipIf(process.platform !== 'linux')('the guard', () => {
  it('ends what left the process group too, and removes the folder, when its input closes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'textclf-guard-'));
    const script = `${parent} setInterval(() => {}, 1000);`;
    const guard = spawn(process.execPath, ['test/vscode/guard.mjs', folder, process.execPath, '-e', script]);
    const [output] = await once(guard.stdout, 'data');
    const stray = Number(output);
    expect(isAlive(stray)).toBe(true);
    guard.stdin.end();
    await once(guard, 'exit');
    expect(isAlive(stray)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it("ends with its command, and with the command's exit code", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'textclf-guard-'));
    const args = ['test/vscode/guard.mjs', folder, process.execPath, '-e', 'process.exit(3)'];
    const [code] = await once(spawn(process.execPath, args), 'exit');
    expect(code).toBe(3);
  });
});

/** A process that ended but whose end nobody has taken note of has an empty command line. */
function isAlive(id: number): boolean {
  try {
    return readFileSync(`/proc/${id}/cmdline`).length > 0;
  } catch {
    return false;
  }
}
