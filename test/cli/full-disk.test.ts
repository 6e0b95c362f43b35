import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, mails, quickExperiment, workspace } from './support';

// A disk of 400 KiB in a name space of its own: needs no rights, but a Linux that allows it.
// Its content goes with the name space, so the run's record is printed from inside.
const script = `mount -t tmpfs -o size=400k none "$1" || exit 77
"$2" "$3" --root "$1" train --quiet "$4"
echo "exit code $?"
cat "$1"/.textclf/runs/*/run.json`;

describe('a disk that gets full while a run trains', () => {
  const place = workspace();
  const disk = join(place.folder, 'disk');
  mkdirSync(disk);
  place.write('train.csv', mails(300));
  // A model of this width does not fit on the disk, its events at first do.
  const experiment = { ...JSON.parse(quickExperiment()), data: { train: 'train.csv' } };
  experiment.model.hiddenSize = 400;
  const file = place.write('wide.textclf.json', JSON.stringify(experiment));
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-rm', 'sh', '-c', script, 'sh', disk, process.execPath, cli, file],
    { encoding: 'utf8', timeout: 60_000 },
  );
  const cannotMount = status === null || status === 77 || !stdout.includes('exit code');

  it.skipIf(cannotMount)('ends with one message, and the run says the same (needs user name spaces)', () => {
    expect(stdout).toContain('exit code 1\n');
    const message = /The disk is full while writing .*/.exec(stderr)?.[0];
    expect(message).toBeDefined();
    const record = JSON.parse(stdout.slice(stdout.indexOf('{')));
    expect(record.status).toBe('failed');
    expect(record.message).toContain(message);
  });
});

describe('standard output on a full disk', () => {
  const full = '/dev/full';
  it.skipIf(!existsSync(full)).each([[['schema']], [['schema', '--json']]])(
    'textclf %j is a mistake, not a bug (needs /dev/full)',
    (args) => {
      const stdout = openSync(full, 'w');
      const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', stdout, 'pipe'],
      });
      closeSync(stdout);
      expect(stderr).toMatch(/^error: standard output: The disk is full while writing standard output\./);
      expect(status).toBe(1);
    },
  );
});
