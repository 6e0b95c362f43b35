import { existsSync } from 'node:fs';

/** A bundle beside that of the trainer; sources that run as they are have none. */
export function bundled(name: string): URL | undefined {
  const file = new URL(`./${name}`, import.meta.url);
  return existsSync(file) ? file : undefined;
}
