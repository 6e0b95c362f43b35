import { join } from 'node:path';
import type { NewRun } from '../../src/runs/run-writer';

/** A run to make, for tests and for the processes that they start. */
export function newRun(root: string, name = 'quick start'): NewRun {
  return {
    root,
    name,
    experimentFile: join(root, 'quick.textclf.json'),
    experimentText: '{"name":"quick start"}\n',
    model: 'lstm',
    seed: 42,
    versions: { textclf: '0.1.0', onnxruntime: '1.30.0' },
    device: 'cpu',
    threads: 2,
  };
}
