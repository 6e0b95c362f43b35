import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from './atomic';
import { stateFolder } from './paths';

const schema = z.array(z.string());

function keptLabelsFile(root: string): string {
  return join(stateFolder(root), 'kept-labels.json');
}

/**
 * The rows of a workspace (see `issueKey`) of which a person said that their label is right: no run is to doubt it
 * again. A file that is missing or damaged says nothing.
 */
export function readKeptLabels(root: string): Set<string> {
  try {
    return new Set(schema.parse(JSON.parse(readFileSync(keptLabelsFile(root), 'utf8'))));
  } catch {
    return new Set();
  }
}

/** @throws HumanError where the file cannot be written */
export function keepLabel(root: string, key: string): void {
  const kept = readKeptLabels(root).add(key);
  writeFileAtomic(keptLabelsFile(root), `${JSON.stringify([...kept], null, 1)}\n`);
}
