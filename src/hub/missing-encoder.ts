import { knownEncoder } from '../experiment/known-encoders';
import { findEncoder } from './find-encoder';
import { hubCache } from './hub-environment';

export interface MissingEncoder {
  /** On the Hub. */
  name: string;
  /** About how much it is; undefined where only the Hub knows. */
  bytes: number | undefined;
  /** The folder that it would be kept in, with what other programs have from the Hub. */
  cache: string;
}

/**
 * The encoder that training would have to download first. Connects to nothing.
 *
 * @param folder the experiment's
 * @throws HumanError for a path that leads to no folder, and for what can be no name on the Hub
 */
export function missingEncoder(
  { encoder, revision }: { encoder: string; revision: string },
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): MissingEncoder | undefined {
  if (findEncoder(encoder, revision, folder, env)) return undefined;
  return { name: encoder, bytes: knownEncoder(encoder)?.bytes, cache: hubCache(env) };
}
