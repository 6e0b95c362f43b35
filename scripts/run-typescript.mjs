// Runs a TypeScript file of this project, which Node 20 can't by itself: node scripts/run-typescript.mjs FILE [arguments]
import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [file, ...args] = process.argv.slice(2);
const outfile = resolve('.vscode-test/scripts', `${basename(file, '.ts')}.mjs`);
mkdirSync(resolve('.vscode-test/scripts'), { recursive: true });
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);
