// Bundles the command line and the editor's helper into dist/. onnxruntime-node stays outside: it carries native binaries.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['onnxruntime-node'],
  sourcemap: true,
  logLevel: 'warning',
  // jsonc-parser's CommonJS build hides its requires from bundlers.
  mainFields: ['module', 'main'],
  // Bundled CommonJS packages expect a `require`.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

await build({ ...common, entryPoints: ['src/cli.ts'], outfile: 'dist/cli.js' });
await build({ ...common, entryPoints: ['src/trainer/replica-main.ts'], outfile: 'dist/replica.js' });
await build({ ...common, entryPoints: ['src/trainer/text-thread-main.ts'], outfile: 'dist/text-thread.js' });
await build({
  ...common,
  entryPoints: ['src/trainer/device-watch-main.ts'],
  outfile: 'dist/device-watch.js',
});
await build({ ...common, entryPoints: ['src/runtime/probe-main.ts'], outfile: 'dist/device-probe.js' });
await build({ ...common, entryPoints: ['src/helper.ts'], outfile: 'dist/helper.js' });
await build({ ...common, entryPoints: ['src/helper/data-thread-main.ts'], outfile: 'dist/helper-data.js' });
const extension = await build({
  ...common,
  // What VS Code gives to the extension, and what it must not load: models run in other processes.
  external: ['vscode'],
  entryPoints: ['src/extension.ts'],
  outdir: 'dist',
  // It is loaded whenever an experiment is in the workspace; what is imported later is a file of its own.
  splitting: true,
  // Chunks share their name where several are shared by what is imported later.
  chunkNames: 'extension-[name]-[hash]',
  minify: true,
  banner: {},
  metafile: true,
});
for (const name of readdirSync('dist')) {
  // Chunks of an earlier build would be packed too.
  if (/^extension-.*\.js(\.map)?$/.test(name) && !(`dist/${name}` in extension.metafile.outputs)) {
    rmSync(`dist/${name}`);
  }
}
await build({
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  logLevel: 'warning',
  entryPoints: ['webview/dashboard.ts', 'webview/dashboard.css'],
  outdir: 'dist/webview',
});
// The page's icons: VS Code's own font.
for (const name of ['codicon.css', 'codicon.ttf']) {
  copyFileSync(`node_modules/@vscode/codicons/dist/${name}`, `dist/webview/${name}`);
}
// What VS Code completes experiment files with.
const { outputFiles } = await build({
  ...common,
  entryPoints: ['src/experiment/editor-schema.ts'],
  banner: {},
  sourcemap: false,
  write: false,
});
const { editorJsonSchema } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
writeFileSync('dist/textclf.schema.json', `${JSON.stringify(editorJsonSchema())}\n`);
// What "Create Example Workspace" writes.
execFileSync(process.execPath, ['scripts/prepare-example.mjs'], { stdio: 'inherit' });
if (process.argv.includes('--bench')) {
  const external = [...common.external, 'playwright-core'];
  await build({ ...common, external, entryPoints: ['test/bench/bench.ts'], outfile: 'dist/bench.js' });
}
