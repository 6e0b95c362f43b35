import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExperimentInput } from '../../src/experiment/schema';
import type { RunEvent } from '../../src/protocol/events';

/** A path as seen from the bundle of the benchmark. */
export const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A Python that has this module: `TEXTCLF_BENCH_PYTHON`, or `python3`; undefined where there is none. */
export function findPython(module: string): string | undefined {
  const candidates = [process.env.TEXTCLF_BENCH_PYTHON, 'python3'].filter((python) => python !== undefined);
  return candidates.find((python) => spawnSync(python, ['-c', `import ${module}`]).status === 0);
}

export interface TrainedProcess {
  /** From the process's start to its end. */
  readonly seconds: number;
  readonly events: readonly RunEvent[];
  /** Bytes that were resident at most. */
  readonly memory: number;
}

/** Trains an experiment in a process of its own, with its run in a folder that is deleted then. */
export async function trainInProcess(experiment: ExperimentInput): Promise<TrainedProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-bench-'));
  try {
    const file = join(folder, 'bench.textclf.json');
    writeFileSync(file, JSON.stringify(experiment));
    const atEnd = `process.on('exit', () => console.log(JSON.stringify({ memory: process.resourceUsage().maxRSS * 1024 })));`;
    const watch = `data:text/javascript,${encodeURIComponent(atEnd)}`;
    const parameters = ['--import', watch, fromHere('./cli.js'), 'train', file, '--root', folder, '--json'];
    const { seconds, lines } = await timedProcess(process.execPath, parameters);
    const { memory } = JSON.parse(lines.at(-1)!) as { memory: number };
    return { seconds, events: lines.slice(0, -1).map((line) => JSON.parse(line) as RunEvent), memory };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The accuracy of the last evaluation. */
export function accuracyOf(events: readonly RunEvent[]): number {
  const evaluated = events.find((event) => event.type === 'evaluation');
  if (!evaluated) throw new Error('the run has no evaluation');
  return evaluated.evaluation.accuracy;
}

/** Runs a program to its end; the lines that it printed. */
export async function timedProcess(
  program: string,
  parameters: readonly string[],
): Promise<{ seconds: number; lines: string[] }> {
  const startedAt = performance.now();
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${program} ended with exit code ${code}`);
  return { seconds: (performance.now() - startedAt) / 1000, lines: printed.trim().split('\n') };
}
