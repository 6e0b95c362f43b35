import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** Names a folder whose `node_modules` has TensorFlow.js for Node; the processes that compute look there. */
export const tensorflowVariable = 'TEXTCLF_TENSORFLOW';

const marker = z.lazy(() => z.object({ package: z.string(), version: z.string() }));

/** What was installed, and is whole. */
export type InstalledTensorflow = z.infer<typeof marker>;

/** @param storage the folder that VS Code keeps for the extension */
export function tensorflowFolder(storage: string): string {
  return join(storage, 'tensorflow');
}

/** Written last: an installation that was cut off has none. */
export function markerPath(storage: string): string {
  return join(tensorflowFolder(storage), 'installed.json');
}

/** What was installed into the extension's storage. */
export function installedTensorflow(storage: string): InstalledTensorflow | undefined {
  try {
    return marker.parse(JSON.parse(readFileSync(markerPath(storage), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * What child processes are told of TensorFlow.js. The setting counts first, then the environment that the editor was
 * started in, which they have anyhow, then what was installed here.
 *
 * @param chosen the setting `textclf.tensorflow.path`; empty where there is none
 */
export function tensorflowVariables(
  chosen: string,
  storage: string,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  if (chosen !== '') return { [tensorflowVariable]: chosen };
  if (environment[tensorflowVariable]) return {};
  return installedTensorflow(storage) ? { [tensorflowVariable]: tensorflowFolder(storage) } : {};
}
