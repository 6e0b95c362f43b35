import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { fileError } from '../protocol/file-error';
import { writeFileAtomic } from './atomic';

const schema = z.object({
  /** Shown instead of the experiment's name. */
  name: z.string().min(1).optional().catch(undefined),
  note: z.string().catch(''),
  starred: z.boolean().catch(false),
});

/** What a person says of a run. The training process never writes it, nor does anyone else its files. */
export type Annotations = z.infer<typeof schema>;

const none: Annotations = { note: '', starred: false };

export function annotationsFile(folder: string): string {
  return join(folder, 'annotations.json');
}

/** A file that is missing or damaged says nothing: it is no reason not to show the run. */
export function readAnnotations(folder: string): Annotations {
  try {
    return schema.parse({ ...none, ...JSON.parse(readFileSync(annotationsFile(folder), 'utf8')) });
  } catch {
    return none;
  }
}

/** @throws HumanError where the file cannot be written */
export function annotate(folder: string, change: Partial<Annotations>): void {
  const file = annotationsFile(folder);
  try {
    writeFileAtomic(file, `${JSON.stringify({ ...readAnnotations(folder), ...change }, null, 2)}\n`);
  } catch (error) {
    throw fileError('writing', file, error);
  }
}
