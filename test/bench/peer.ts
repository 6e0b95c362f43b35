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
export function startTorch(python: string, { model }: Kind, threads: number): Promise<Peer> {
  const { batch, time, vocabulary } = size;
  return startPeer(python, 'classifier_torch.py', { model, batch, time, vocabulary, threads });
}

/** Starts a script of peers/ that takes a step for each line that it is sent, and tells its milliseconds. */
export async function startPeer(python: string, name: string, options: object): Promise<Peer> {
  // Run from the project's folder, where the bundle does not know the sources' place.
  const script = fileURLToPath(new URL(`../test/bench/peers/${name}`, import.meta.url));
  const child = spawn(python, [script, JSON.stringify(options)]);
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
