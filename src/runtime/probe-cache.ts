import { mkdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { removeQuietly, writeFileAtomic } from '../runs/atomic';
import { onnxruntimeVersion } from './onnxruntime';
import { absence, type Card, findings, type Probed } from './probe-protocol';

const kept = z.object({
  key: z.string(),
  at: z.number(),
  probed: z.discriminatedUnion('isThere', [
    z.object({ isThere: z.literal(true), found: findings.webgpu }),
    z.object({ isThere: z.literal(false), ...absence.shape }),
  ]),
});

/** Milliseconds: drivers change without anybody telling. */
const keptFor = 24 * 60 * 60 * 1000;

/** What a probe of WebGPU depends on; another one is as good as none. */
export function probeKey(cards: readonly Card[], threads: number): string {
  // They name the drivers that a Vulkan loader looks for, and where it looks for itself.
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, LD_LIBRARY_PATH } = process.env;
  return JSON.stringify([
    ...[onnxruntimeVersion, process.platform, process.arch, release(), threads, cards],
    ...[VK_DRIVER_FILES, VK_ICD_FILENAMES, LD_LIBRARY_PATH],
  ]);
}

/** The result of an earlier probe; undefined where there is none of these days and drivers, or the file is damaged. */
export function readProbe(folder: string, key: string, now = Date.now()): Probed<'webgpu'> | undefined {
  try {
    const { data } = kept.safeParse(JSON.parse(readFileSync(fileIn(folder), 'utf8')));
    const isFresh = data && data.key === key && data.at <= now && now - data.at < keptFor;
    return isFresh ? data.probed : undefined;
  } catch {
    return undefined;
  }
}

/** In place of what is kept. Best effort: without it the next training probes again. */
export function keepProbe(folder: string, key: string, probed: Probed<'webgpu'>, now = Date.now()): void {
  // What is missing may be installed at any time, and is found to be missing at once.
  if (!probed.isThere && probed.trouble !== 'hung') {
    removeQuietly(fileIn(folder));
    return;
  }
  try {
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(fileIn(folder), JSON.stringify({ key, at: now, probed } satisfies z.infer<typeof kept>));
  } catch {
    // A cache on a full or read-only disk.
  }
}

function fileIn(folder: string): string {
  return join(folder, 'webgpu.json');
}
