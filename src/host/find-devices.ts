import * as z from 'zod';
import { devices, engines, type FoundDevice } from '../protocol/devices';
import { type CliChild, runCliChild } from './cli-child';
import { toldLines } from './run-cli';

/** What `textclf devices --json` prints. Made when it is asked for: the editor waits for its extension to come up. */
const foundDevices = z.lazy(() =>
  z.array(
    z.object({
      engine: z.enum(engines),
      device: z.enum(devices),
      title: z.string(),
      isThere: z.boolean(),
      name: z.string().optional(),
      memory: z.number().nonnegative().optional(),
      driver: z.string().optional(),
      reason: z.string().optional(),
      use: z.enum(['trains', 'predicts']),
    }),
  ),
);

/**
 * Has the command line look for devices, in a process of its own: a driver may end the one that asks it.
 *
 * @param onLine whatever else the process prints
 * @returns undefined where the signal was aborted
 */
export async function findDevices(
  child: Omit<CliChild, 'args'>,
  onLine: (line: string) => void,
): Promise<FoundDevice[] | undefined> {
  const output: string[] = [];
  const errors: string[] = [];
  const code = await runCliChild(
    { ...child, args: ['devices'] },
    {
      onOutput: (line) => output.push(line),
      onError(line) {
        onLine(line);
        errors.push(line);
      },
    },
  );
  if (child.signal.aborted) return undefined;
  const found = output.findLast((line) => line.startsWith('['));
  const { success, data } = foundDevices.safeParse(found && jsonOf(found));
  if (code === 0 && success) return data as FoundDevice[];
  throw new Error(`devices ended with ${code}: ${[...output, ...errors].slice(-toldLines).join('\n')}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
