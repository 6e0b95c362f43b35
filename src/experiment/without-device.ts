import type { RuntimeOptions } from './schema';

const onProcessor = { device: 'cpu', engine: 'onnxruntime', precision: 'float32' } as const;

/**
 * The settings (`runtime.device=cpu` …) with which the processor alone computes an experiment: for `--set`.
 *
 * @param runtime what the experiment says, which is not set again; without it, all that any experiment needs
 */
export function withoutDevice(runtime?: RuntimeOptions): string[] {
  const options = Object.keys(onProcessor) as (keyof typeof onProcessor)[];
  return options
    .filter((option) => runtime?.[option] !== onProcessor[option])
    .map((option) => `runtime.${option}=${onProcessor[option]}`);
}
