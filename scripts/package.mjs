// Packs what the build made into a VSIX for one platform:
//
//   npm run package [-- --target linux-x64] [--out FOLDER]
//
// The package is put together in a temporary folder and holds nothing but what is listed here. ONNX Runtime comes
// with the libraries of its CPU provider, and on Windows with those of WebGPU; DirectML is left out.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { transformSync } from 'esbuild';

/** Of ONNX Runtime's libraries, those that a target needs. What a library links to was read from its headers. */
const libraries = {
  'linux-x64': ['libonnxruntime.so.1'],
  'linux-arm64': ['libonnxruntime.so.1'],
  // Beside it lies the same library under another name, which nothing links to.
  'darwin-arm64': ['libonnxruntime.1.dylib'],
  // dxcompiler and dxil are loaded for WebGPU.
  'win32-x64': ['onnxruntime.dll', 'dxcompiler.dll', 'dxil.dll'],
  'win32-arm64': ['onnxruntime.dll', 'dxcompiler.dll', 'dxil.dll'],
};

/** Of package.json, what only development needs. Everything that runs is bundled or staged below. */
const forDevelopment = ['private', 'files', 'scripts', 'dependencies', 'devDependencies', 'overrides'];

/** The same files give the same package, byte for byte. */
process.env.SOURCE_DATE_EPOCH ??= String(Date.UTC(2020, 0, 1) / 1000);

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { values } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string', default: root },
  },
});
if (!(values.target in libraries)) {
  console.error(
    `No package can be made for ${values.target}: ONNX Runtime has binaries for ${Object.keys(libraries).join(', ')}.`,
  );
  process.exit(1);
}

const stage = mkdtempSync(join(tmpdir(), 'textclf-package-'));
try {
  stageOwnFiles();
  stageOnnxRuntime(values.target);
  writeFileSync(join(stage, 'ThirdPartyNotices.txt'), notices());
  mkdirSync(values.out, { recursive: true });
  const file = join(resolve(values.out), `${manifest.name}-${values.target}-${manifest.version}.vsix`);
  await createVSIX({
    cwd: stage,
    target: values.target,
    packagePath: file,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
    skipLicense: false,
  });
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

function stageOwnFiles() {
  const kept = Object.entries(manifest).filter(([key]) => !forDevelopment.includes(key));
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', 'media']) copy(name);
  const experiments = readdirSync(join(root, 'experiments')).filter((name) => name.endsWith('.textclf.json'));
  for (const name of experiments) copy(join('experiments', name));
  const built = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^bench\.|\.map$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  for (const name of built) copy(name);
  for (const name of built.filter((path) => path.endsWith('.js'))) shrink(join(stage, name));
}

function copy(name, to = join(stage, name)) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, name), to, { recursive: true });
}

/** Names stay as they are: they stand in the stacks that people report. */
function shrink(file) {
  const options = { minifyWhitespace: true, minifySyntax: true, target: 'node20', format: 'esm' };
  writeFileSync(file, transformSync(readFileSync(file, 'utf8'), options).code);
}

/**
 * Into `dist/node_modules`, where Node looks first from `dist/cli.js`: vsce takes a `node_modules` of the top only
 * as npm lists it, with everything that ONNX Runtime needs to install itself.
 */
function stageOnnxRuntime(target) {
  const modules = join(stage, 'dist/node_modules');
  for (const name of ['onnxruntime-node/dist', 'onnxruntime-common/dist/cjs']) {
    copyScripts(join(root, 'node_modules', name), join(modules, name));
  }
  for (const name of ['onnxruntime-node', 'onnxruntime-common']) {
    copyFileSync(join(root, 'node_modules', name, 'package.json'), join(modules, name, 'package.json'));
  }
  const binaries = `onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}`;
  for (const name of ['onnxruntime_binding.node', ...libraries[target]]) {
    copy(join('node_modules', binaries, name), join(modules, binaries, name));
  }
}

/** Without the declarations and source maps that packages carry for their users' editors. */
function copyScripts(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((path) => /\.(js|json)$/.test(path))) {
    copyFileSync(join(from, name), join(to, name));
  }
}

/** The licences of everything that is bundled, as they ask for. */
function notices() {
  const seen = new Map();
  collect(root, Object.keys(manifest.dependencies), seen);
  const parts = [...seen.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
  return `TextClf contains or was built with these packages.\n\n${parts.join(`\n${'-'.repeat(78)}\n\n`)}`;
}

function collect(from, names, seen) {
  for (const name of names) {
    const folder = findPackage(from, name);
    const {
      version,
      license,
      dependencies = {},
    } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const title = `${name} ${version} (${license})`;
    if (seen.has(title)) continue;
    const file = readdirSync(folder).find((path) => /^(licen[cs]e|copying)/i.test(path));
    seen.set(title, `${title}\n${file ? `\n${readFileSync(join(folder, file), 'utf8').trim()}\n` : ''}`);
    // What ONNX Runtime needs to install itself is not in the package.
    if (name !== 'onnxruntime-node') collect(folder, Object.keys(dependencies), seen);
  }
}

function findPackage(from, name) {
  const folder = join(from, 'node_modules', name);
  return existsSync(folder) ? folder : findPackage(dirname(from), name);
}
