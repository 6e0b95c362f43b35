/**
 * Who may import whom. Imports of types count like any others: they too decide what has to be understood
 * together. Imports are found by their text, which is safe because the formatter puts each at a line's start.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A part is a folder of src/ (or a file directly in it), or webview/. A part may always import from itself. */
const allowed: Record<string, readonly string[]> = {
  protocol: [],
  graph: [],
  experiment: ['protocol'],
  // Numbers and texts that need not fit into memory, and what is kept of them from run to run.
  store: ['protocol', 'runs/atomic'],
  text: ['store', 'protocol'],
  baseline: ['text', 'protocol'],
  // A single file of another part is allowed by its name.
  hub: [
    ...['protocol', 'experiment/known-encoders', 'experiment/known-datasets', 'experiment/cache-folder'],
    ...['runs/folder-files', 'runs/shard-index'],
  ],
  // Pure functions over numbers.
  metrics: ['protocol', 'nn/probabilities'],
  data: ['store', 'protocol', 'experiment'],
  runs: ['protocol', 'experiment'],
  search: ['experiment', 'protocol', 'data/random'],
  onnx: ['graph'],
  nn: ['graph'],
  runtime: ['onnx', 'graph', 'protocol', 'runs/atomic'],
  models: ['nn', 'graph', 'text', 'experiment'],
  // Checkpoints of pretrained encoders in Hugging Face's form: the network, its weights and its tokenizer.
  pretrained: [
    ...['nn', 'graph', 'onnx', 'protocol'],
    ...['runs/safetensors', 'runs/safetensors-reader', 'runs/shard-index', 'runs/atomic', 'runs/model-files'],
  ],
  trainer: [
    ...['models', 'pretrained', 'baseline', 'nn', 'metrics', 'graph', 'onnx', 'runtime'],
    ...['data', 'text', 'store', 'hub', 'runs', 'search', 'experiment', 'protocol'],
    // A search measures the model that it has chosen as anybody would: from its folder.
    ...['predict/predictor', 'predict/evaluate'],
  ],
  predict: [
    'runtime',
    'baseline',
    'pretrained',
    'text',
    'data',
    'runs',
    'experiment',
    'protocol',
    'metrics',
    'nn/probabilities',
  ],
  // What is in an experiment's data, and what is wrong with it, before anything is trained.
  inspection: [
    ...['data', 'text', 'store', 'pretrained', 'experiment', 'protocol'],
    ...['hub/find-encoder', 'metrics/decide', 'trainer/data-files'],
  ],
  // A model in other forms, measured beside the one that was trained.
  export: ['predict', 'pretrained', 'onnx', 'data', 'runs', 'experiment', 'protocol'],
  cli: [
    ...['export', 'trainer', 'predict', 'inspection', 'metrics', 'models', 'nn', 'graph', 'onnx', 'runtime'],
    ...['data', 'text', 'hub', 'runs', 'experiment', 'protocol'],
  ],
  helper: [
    'inspection',
    'predict',
    'runtime',
    'data',
    'text',
    'runs',
    'experiment',
    'protocol',
    'trainer/check-experiment',
    'trainer/data-files',
  ],
  // Of the Hub no more than names, a look into the cache and what the environment says.
  host: [
    ...['experiment', 'runs', 'data', 'protocol'],
    ...['hub/missing-encoder', 'hub/missing-dataset', 'hub/hub-name', 'hub/hub-environment'],
  ],
  extension: ['host', 'experiment', 'runs', 'data', 'protocol'],
  webview: ['protocol'],
};

/** Packages that only some files may import. */
const packageOwners: Record<string, (path: string) => boolean> = {
  vscode: (path) => path === 'src/extension.ts' || path.startsWith('src/host/'),
  'onnxruntime-node': (path) => /^src\/runtime\/onnxruntime[a-z-]*\.ts$/.test(path),
  // Of types only: whoever wants TensorFlow.js brings it.
  '@tensorflow/tfjs-core': (path) => path.startsWith('src/runtime/tensorflow/'),
};

/**
 * What is wrong with the imports of a project's files, one sentence each.
 *
 * @param files the source of each file, by its path from the project's folder, with forward slashes
 */
function findViolations(files: ReadonlyMap<string, string>): string[] {
  const violations: string[] = [];
  const targets = new Map<string, string[]>();
  for (const [path, source] of files) {
    const part = partOf(path);
    if (part === undefined || !allowed[part]) {
      violations.push(`${path}: the part "${part}" is not in the table of allowed imports`);
      continue;
    }
    const { specifiers, computed } = findImports(source);
    for (const line of computed) violations.push(`${path}:${line}: imports what only shows when it runs`);
    for (const specifier of specifiers) {
      if (specifier.endsWith('.json')) continue;
      if (!specifier.startsWith('.')) {
        violations.push(...packageViolations(path, part, specifier));
        continue;
      }
      const target = resolveFile(path, specifier, files);
      if (target === undefined) violations.push(`${path}: imports ${specifier}, which is not there`);
      else {
        if (!mayImport(part, target)) violations.push(`${path}: ${part} may not import ${target}`);
        targets.set(path, [...(targets.get(path) ?? []), target]);
      }
    }
  }
  return [...violations, ...findCircles(targets)];
}

function packageViolations(path: string, part: string, specifier: string): string[] {
  const owner = Object.entries(packageOwners).find(([name]) => isPackage(specifier, name))?.[1];
  if (owner && !owner(path)) return [`${path}: may not import ${specifier}`];
  const isNode = specifier.startsWith('node:') || builtinModules.includes(specifier);
  return part === 'webview' && isNode ? [`${path}: a page has no ${specifier}`] : [];
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

function mayImport(part: string, target: string): boolean {
  const targetPart = partOf(target);
  if (targetPart === part) return true;
  const file = target.replace(/^src\//, '').replace(/\.tsx?$/, '');
  return allowed[part]!.some((name) => name === targetPart || name === file);
}

/** `src/graph/ops.ts` is of `graph`, `src/cli.ts` of `cli`, `webview/page.ts` of `webview`. */
function partOf(path: string): string | undefined {
  const [top, next] = path.split('/');
  return top === 'src' ? next?.replace(/\.tsx?$/, '') : top;
}

const statement = /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*(['"])([^'"\n]+)\1/gm;
const call = /\b(?:import|require)\s*\(\s*(?:(['"`])([^'"`$\n]+)\1|(?=[^\s)]))/g;

/** The modules that a source names, and the lines of dynamic imports whose module is computed. */
function findImports(source: string): { specifiers: string[]; computed: number[] } {
  const specifiers = [...source.matchAll(statement)].map((match) => match[2]!);
  const computed: number[] = [];
  for (const match of source.matchAll(call)) {
    const before = source.slice(source.lastIndexOf('\n', match.index) + 1, match.index);
    if (match[2] !== undefined) specifiers.push(match[2]);
    else if (!/^\s*(\/\/|\/?\*)/.test(before)) computed.push(source.slice(0, match.index).split('\n').length);
  }
  return { specifiers, computed };
}

function resolveFile(
  from: string,
  specifier: string,
  files: ReadonlyMap<string, string>,
): string | undefined {
  const path = posix.join(posix.dirname(from), specifier);
  return [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((candidate) => files.has(candidate));
}

/** Circles of files that import each other, each told once. */
function findCircles(targets: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push(`a circle: ${[...trail.slice(start), path].join(' -> ')}`);
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return circles;
}

function readProject(): Map<string, string> {
  const files = ['src', 'webview'].filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
  return new Map(files.sort().map((path) => [path, readFileSync(path, 'utf8')]));
}

describe('imports', () => {
  it('point only where they may, and in no circle', () => {
    const files = readProject();
    // Nothing found would be nothing checked.
    expect(files.size).toBeGreaterThan(50);
    const imports = [...files.values()].flatMap((source) => findImports(source).specifiers);
    expect(imports.filter((specifier) => specifier.startsWith('.')).length).toBeGreaterThan(100);
    expect(findViolations(files)).toEqual([]);
  });
});

describe('the check itself', () => {
  const graph = { 'src/graph/ops.ts': 'export const ops = 1;\n' };
  const inLayers = (source: string) => ({ ...graph, 'src/nn/layers.ts': source });
  const notAllowed = ['src/graph/ops.ts: graph may not import src/nn/layers.ts'];
  const inGraph = (source: string) => ({ 'src/nn/layers.ts': '', 'src/graph/ops.ts': source });

  const passing: [what: string, files: Record<string, string>][] = [
    ['an arrow of the table', inLayers("import { ops } from '../graph/ops';\n")],
    ['packages', inLayers("import { z } from 'zod';\nimport { join } from 'node:path';\n")],
    ['a neighbour', { ...graph, 'src/graph/a.ts': "export * from './ops';\n" }],
    ['a folder by its index', { 'src/nn/index.ts': '', 'src/models/a.ts': "import '../nn';\n" }],
    [
      'the one file that is allowed of a part',
      { 'src/nn/probabilities.ts': '', 'src/predict/a.ts': "import { a } from '../nn/probabilities';\n" },
    ],
    [
      'talk of imports',
      inLayers("/**\n * `import(x)` and import { a } from '../models/b'\n */\nexport const a = 'from';\n"),
    ],
    [
      'vscode where it belongs',
      {
        'src/extension.ts': "import * as vscode from 'vscode';\nimport { tree } from './host/tree';\n",
        'src/host/tree.ts': "import { window } from 'vscode';\n",
      },
    ],
    ['the engine where it belongs', { 'src/runtime/onnxruntime.ts': "import 'onnxruntime-node';\n" }],
    [
      'two ways to one file',
      {
        'src/nn/a.ts': "import './b';\nimport './c';\n",
        'src/nn/b.ts': "import './d';\n",
        'src/nn/c.ts': "import './d';\n",
        'src/nn/d.ts': '',
      },
    ],
  ];
  it.each(passing)('lets %s pass', (_, files) => {
    expect(findViolations(new Map(Object.entries(files)))).toEqual([]);
  });

  const failing: [what: string, files: Record<string, string>, expected: string[]][] = [
    ['an arrow that is not in the table', inGraph("import { a } from '../nn/layers';\n"), notAllowed],
    ['the same for a type', inGraph("import type { A } from '../nn/layers';\n"), notAllowed],
    ['the same inside a type', inGraph("let a: import('../nn/layers').A;\n"), notAllowed],
    [
      'the same over several lines',
      inGraph("import {\n  a,\n  type B,\n} from '../nn/layers';\n"),
      notAllowed,
    ],
    ['the same passed on', inGraph('const a = \'from\';\nexport { b } from "../nn/layers";\n'), notAllowed],
    ['the same without a name', inGraph("import '../nn/layers.ts';\n"), notAllowed],
    ['the same while running', inGraph("const a = await import('../nn/layers');\n"), notAllowed],
    ['the same by require', inGraph("const a = require('../nn/layers');\n"), notAllowed],
    [
      'an import whose target is computed',
      inGraph("const name = '../nn/layers';\nconst a = await import(name);\n"),
      ['src/graph/ops.ts:2: imports what only shows when it runs'],
    ],
    [
      'the engine under the extension',
      { 'src/trainer/train.ts': '', 'src/host/tree.ts': "import '../trainer/train';\n" },
      ['src/host/tree.ts: host may not import src/trainer/train.ts'],
    ],
    [
      'another file of a part of which one is allowed',
      { 'src/trainer/train.ts': '', 'src/predict/a.ts': "import '../trainer/train';\n" },
      ['src/predict/a.ts: predict may not import src/trainer/train.ts'],
    ],
    [
      'an arrow into the command line',
      { 'src/cli.ts': '', 'src/trainer/a.ts': "import '../cli';\n" },
      ['src/trainer/a.ts: trainer may not import src/cli.ts'],
    ],
    [
      'vscode elsewhere',
      { 'src/runs/list.ts': "import type { Uri } from 'vscode';\n" },
      ['src/runs/list.ts: may not import vscode'],
    ],
    [
      'onnxruntime-node elsewhere',
      { 'src/runtime/tfjs.ts': "import 'onnxruntime-node/dist/binding';\n" },
      ['src/runtime/tfjs.ts: may not import onnxruntime-node/dist/binding'],
    ],
    [
      'node in a page',
      { 'webview/page.ts': "import { join } from 'node:path';\n" },
      ['webview/page.ts: a page has no node:path'],
    ],
    [
      'a folder that is not in the table',
      { 'src/utils/a.ts': '' },
      ['src/utils/a.ts: the part "utils" is not in the table of allowed imports'],
    ],
    [
      'a file that is not there',
      inLayers("import '../graph/opps';\n"),
      ['src/nn/layers.ts: imports ../graph/opps, which is not there'],
    ],
    [
      'a circle of two',
      { 'src/nn/a.ts': "import './b';\n", 'src/nn/b.ts': "import type { A } from './a';\n" },
      ['a circle: src/nn/a.ts -> src/nn/b.ts -> src/nn/a.ts'],
    ],
    [
      'a circle behind a file',
      {
        'src/nn/a.ts': "import './b';\n",
        'src/nn/b.ts': "import './c';\n",
        'src/nn/c.ts': "import './d';\n",
        'src/nn/d.ts': "import './b';\n",
      },
      ['a circle: src/nn/b.ts -> src/nn/c.ts -> src/nn/d.ts -> src/nn/b.ts'],
    ],
  ];
  it.each(failing)('finds %s', (_, files, expected) => {
    expect(findViolations(new Map(Object.entries(files)))).toEqual(expected);
  });
});
