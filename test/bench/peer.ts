import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Kind, size } from './workload';

export interface Peer {
  readonly version: string;
  /** One training step; its milliseconds. */
  step(): Promise<number>;
  close(): void;
}

/** Starts PyTorch's twin of a step in a process of its own. */
export async function startTorch(python: string, { model }: Kind, threads: number): Promise<Peer> {
  // Run from the project's folder, where the bundle does not know the sources' place.
  const script = fileURLToPath(new URL('../test/bench/peers/classifier_torch.py', import.meta.url));
  const { batch, time, vocabulary } = size;
  const child = spawn(python, [script, JSON.stringify({ model, batch, time, vocabulary, threads })]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const setUp = JSON.parse(await nextLine(lines, child)) as { torch: string };
  return {
    version: setUp.torch,
    async step() {
      child.stdin.write('step\n');
      return Number(await nextLine(lines, child));
    },
    close: () => child.stdin.end(),
  };
}

async function nextLine(
  lines: AsyncIterator<string>,
  child: ChildProcessWithoutNullStreams,
): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error(`PyTorch's process ended (exit code ${child.exitCode})`);
  return value;
}
