// Runs a command and ends all of it when its own standard input closes: when the test run is done, and also when
// it was killed and could clean nothing up. Arguments: a folder, then the command and its arguments.
//
// The folder is in the environment of everything that comes of the command (TEXTCLF_TEST_HOME), so that children
// which left the process group, as training processes do, are found too. It is removed at the end.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';

const [folder, command, ...args] = process.argv.slice(2);
const mark = `TEXTCLF_TEST_HOME=${folder}\0`;
const child = spawn(command, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, TEXTCLF_TEST_HOME: folder },
});
let exitCode = null;
child.on('error', (error) => console.error(String(error)));
child.on('close', (code) => {
  exitCode = code ?? 1;
  end();
});
process.stdin.on('end', end).on('error', end).resume();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);

let ending = false;
async function end() {
  if (ending) return;
  ending = true;
  signalAll('SIGTERM');
  await untilNoneIsLeft();
  signalAll('SIGKILL');
  await untilNoneIsLeft();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  process.exit(exitCode ?? 0);
}

async function untilNoneIsLeft() {
  for (let i = 0; i < 40 && marked().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
}

function signalAll(signal) {
  for (const id of marked()) {
    try {
      process.kill(id, signal);
    } catch {
      // It ended in between.
    }
  }
}

/** Everything that descends from the command, whatever became of its parents. */
function marked() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}
