/** Makes one file of the suite that VS Code's extension host can load. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { cacheFolder } from '../vscode/install';

/** The bundle's path. It lies in the checkout, where it finds mocha. */
export async function bundleSuite(): Promise<string> {
  const folder = resolve('test/extension');
  const files = readdirSync(join(folder, 'suite')).filter((name) => name.endsWith('.ts'));
  const imports = files.map((name) => `await import('./suite/${name}');`);
  mkdirSync(cacheFolder, { recursive: true });
  const outfile = join(cacheFolder, 'suite.cjs');
  await build({
    stdin: {
      contents: `import { runSuite } from './host';\nexport const run = () => runSuite(async () => { ${imports.join(' ')} });`,
      resolveDir: folder,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}
