// Makes a run and leaves without finishing it: the heartbeat must not keep the process alive.
import { createRun } from '../../../src/runs/run-writer';
import { newRun } from '../sample';

createRun(newRun(process.argv[2]!)).update({ status: 'running' });
