import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../protocol/file-error';
import { weightsFile, weightsIndex } from '../runs/shard-index';
import { hasVocabulary, shardsOf } from './encoder-parts';
import { type CachedRepo, cachedCommit, cachedRepo, isKnownAbsent, snapshotFolder } from './hub-cache';
import { checkHubName, localFolder } from './hub-name';

export interface FoundEncoder {
  folder: string;
  /** For one of the Hub: what its revision was when it was last looked up. */
  commit?: string;
}

/**
 * Where an experiment's encoder is on this machine: a folder of one's own, or what the Hub's cache has of it (whoever
 * downloaded that). Undefined where it must be downloaded. Connects to nothing.
 *
 * @param folder the experiment's
 * @throws HumanError for a path that leads to no folder, and for what can be no name on the Hub
 */
export function findEncoder(
  encoder: string,
  revision: string,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): FoundEncoder | undefined {
  const local = localFolder(encoder, folder, env);
  if (local !== undefined) return { folder: local };
  const named = { type: 'model', name: encoder } as const;
  checkHubName(named, revision);
  const repo = cachedRepo(named, env);
  const commit = cachedCommit(repo, revision);
  if (commit === undefined || !isComplete(repo, commit)) return undefined;
  return { folder: snapshotFolder(repo, commit), commit };
}

/** Others may have fetched a part of a model only: its configuration, or its tokenizer. */
function isComplete(repo: CachedRepo, commit: string): boolean {
  const folder = snapshotFolder(repo, commit);
  const has = (file: string) => existsSync(join(folder, file));
  // Of a vocabulary alone one cannot tell whether capitals count, unless the model says no more of it.
  const saysHowToCut = ['tokenizer.json', 'tokenizer_config.json'].some(has);
  if (!saysHowToCut && !isKnownAbsent(repo, commit, 'tokenizer_config.json')) return false;
  return has('config.json') && hasVocabulary(has) && hasWeights(folder, has);
}

function hasWeights(folder: string, has: (file: string) => boolean): boolean {
  if (has(weightsFile)) return true;
  if (!has(weightsIndex)) return false;
  return shardsOf(readText(join(folder, weightsIndex)))?.every(has) ?? false;
}

/** Other programs may change the cache at any time. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
}
