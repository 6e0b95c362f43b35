import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { removeQuietly } from '../runs/atomic';
import type { Fallbacks } from './executor';

/** What is read of the events that onnxruntime writes of a session: one for each time that a node ran. */
const profile = z.array(
  z.object({
    name: z.string(),
    args: z.object({ op_name: z.string(), provider: z.string() }).partial().optional(),
  }),
);

const KERNEL = '_kernel_time';

/**
 * Reads the profile of a session for a device, whose file this takes away: which nodes ran on the processor, and
 * which copied between both memories for their sake.
 *
 * @param prefix of the profile, as the session was given it
 */
export function takeFallbacks(prefix: string): Fallbacks {
  const counts: Record<string, number> = {};
  const seen = new Set<string>();
  for (const file of profilesOf(prefix)) {
    for (const { name, args } of eventsIn(file)) {
      const { op_name: operation = '', provider } = args ?? {};
      const isHost = provider === 'CPUExecutionProvider' || operation.startsWith('Memcpy');
      // A loop's node runs many times.
      if (!isHost || !name.endsWith(KERNEL) || seen.has(name)) continue;
      seen.add(name);
      counts[operation] = (counts[operation] ?? 0) + 1;
    }
  }
  return counts;
}

/** None where the file is not whole, as on a full disk: what it tells is no reason to end a training. */
function eventsIn(file: string): z.infer<typeof profile> {
  try {
    return profile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  } finally {
    removeQuietly(file);
  }
}

/** onnxruntime adds the time to the prefix. */
function profilesOf(prefix: string): string[] {
  const folder = dirname(prefix);
  // A system that clears its temporary files may have taken the folder along.
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(prefix)}_`))
    .map((name) => join(folder, name));
}
