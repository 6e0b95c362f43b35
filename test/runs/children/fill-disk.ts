// Trains on a disk of a few hundred kilobytes until it is full, to the last block, and reports.
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { formatError, HumanError } from '../../../src/protocol/human-error';
import { readEvents } from '../../../src/runs/events';
import { runPaths } from '../../../src/runs/paths';
import { readRecord } from '../../../src/runs/record';
import { createRun } from '../../../src/runs/run-writer';
import { newRun } from '../sample';

const root = process.argv[2]!;
const run = createRun(newRun(root));
run.update({ status: 'running' });

function messageOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    return error instanceof HumanError ? error.message : `not a HumanError: ${formatError(error)}`;
  }
  return 'nothing thrown';
}

let emitted = 0;
const emitError = messageOf(() => {
  for (; emitted < 10_000; emitted++) run.emit({ type: 'warning', message: 'ä'.repeat(4_000) });
});
const filler = openSync(join(root, 'filler'), 'w');
messageOf(() => {
  for (;;) writeSync(filler, Buffer.alloc(4096, 1));
});
closeSync(filler);
const updateError = messageOf(() => run.update({ status: 'running', dataDigest: 'later' }));
const between = readRecord(run.folder);
run.log('a line that the disk has no room for');
run.finish('failed', emitError);
run.finish('failed', 'a second time');
process.stdout.write(
  JSON.stringify({
    emitted,
    emitError,
    updateError,
    between,
    record: readRecord(run.folder),
    events: readEvents(runPaths(run.folder).events),
    files: readdirSync(run.folder).sort(),
  }),
);
