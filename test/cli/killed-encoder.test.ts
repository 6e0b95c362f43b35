import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { evaluateRows } from '../../src/predict/evaluate';
import { loadPredictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { listRuns } from '../../src/runs/list';
import { savedModel } from '../../src/runs/paths';
import { displayStatus } from '../../src/runs/record';
import { readAll } from '../support/read-all';
import { writeTinyCheckpoint } from '../support/tiny-checkpoint';
import { toyReviews } from '../support/toy-data';
import { finished, start, workspace } from './support';

// Windows has no SIGKILL.
describe.skipIf(process.platform === 'win32')('a fine-tuning that is killed in its third epoch', () => {
  it('leaves the best model of the epochs before', async () => {
    const place = workspace();
    writeTinyCheckpoint(join(place.folder, 'encoder'));
    place.write('train.csv', toyReviews(2000));
    const validation = place.write('validation.csv', toyReviews(80, 2));
    const experiment = {
      data: { train: 'train.csv', validation: 'validation.csv' },
      model: { type: 'pretrained', encoder: './encoder' },
      training: { epochs: 1000, batchSize: 4, optimizer: { type: 'adamW', learningRate: 0.0003 } },
      runtime: { threads: 1 },
    };
    place.write('toy.textclf.json', JSON.stringify(experiment));
    const child = start(['train', 'toy.textclf.json', '--json'], { cwd: place.folder });
    child.stdin.end();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as RunEvent;
      if (event.type === 'batch' && event.epoch === 3) child.kill('SIGKILL');
    });
    expect(await finished(child)).toMatchObject({ signal: 'SIGKILL' });

    const run = listRuns(place.folder).find(({ type }) => type === 'run')!;
    if (run.type !== 'run') throw new Error('the run cannot be read');
    expect(displayStatus(run.record)).toBe('interrupted');
    expect(run.record.last!.epoch).toBe(2);
    const predictor = await loadPredictor(savedModel(run.folder)!, { threads: 1 });
    const rows = await readAll([validation], { text: 'text', label: 'label', task: 'single-label' });
    const { evaluation } = await evaluateRows(predictor, rows, 'validation');
    await predictor.release();
    expect(evaluation.loss).toBeCloseTo(run.record.best!.validation!.loss!, 4);
  });
});
