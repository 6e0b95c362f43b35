import type { Experiment } from './schema';

/**
 * The settings of the command line with which an experiment is computed by the processor alone, whatever its file
 * says: `runtime.device=cpu` and what goes with it.
 */
export function withoutDevice({ runtime }: Experiment): string[] {
  const { engine, precision } = runtime;
  return [
    'runtime.device=cpu',
    // Its own processor's part is there for comparison, and slow.
    ...(engine === 'onnxruntime' ? [] : ['runtime.engine=onnxruntime']),
    ...(precision === 'float32' ? [] : ['runtime.precision=float32']),
  ];
}
