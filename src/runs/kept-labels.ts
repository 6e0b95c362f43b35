import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../protocol/file-error';
import { stateFolder } from './paths';

function keptLabelsFile(root: string): string {
  return join(stateFolder(root), 'kept-labels.ndjson');
}

/**
 * The rows of a workspace (see `issueKey`) of which a person said that their label is right: no run is to doubt it
 * again. A file that is missing, and a line that is damaged, say nothing.
 */
export function readKeptLabels(root: string): Set<string> {
  let text: string;
  try {
    text = readFileSync(keptLabelsFile(root), 'utf8');
  } catch {
    return new Set();
  }
  return new Set(text.split('\n').flatMap(keyOf));
}

function keyOf(line: string): string[] {
  try {
    const key: unknown = JSON.parse(line);
    return typeof key === 'string' ? [key] : [];
  } catch {
    return [];
  }
}

/**
 * Adds a line: several windows may do so at the same time, and none takes away what another one said.
 *
 * @throws HumanError where the file cannot be written
 */
export function keepLabel(root: string, key: string): void {
  const file = keptLabelsFile(root);
  try {
    // The line break comes first: what a full disk has cut off ends without one.
    appendFileSync(file, `\n${JSON.stringify(key)}`);
  } catch (error) {
    throw fileError('writing', file, error);
  }
}
