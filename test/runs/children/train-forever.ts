// A training process that never ends by itself: emits and updates without a pause.
import { createRun } from '../../../src/runs/run-writer';
import { newRun } from '../sample';

const run = createRun(newRun(process.argv[2]!));
run.emit({ type: 'started', id: run.id, name: run.record.name });
run.update({ status: 'running' });
process.stdout.write(`${run.folder}\n`, () => {
  for (let step = 1; ; step++) {
    run.emit({
      type: 'batch',
      epoch: 1,
      epochs: 1,
      batch: step,
      batches: 1_000_000,
      step,
      loss: 1 / step,
      accuracy: 0.5,
      learningRate: 0.001,
      samplesPerSecond: 100,
      etaSeconds: 60,
    });
    if (step % 10 === 0) run.update({ best: { epoch: step, metric: 'validation.loss', value: 1 / step } });
  }
});
