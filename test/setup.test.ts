/** What "clone, npm ci, npm start" rests on, as far as files tell. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(path, 'utf8');
const manifest = JSON.parse(read('package.json'));
const lock = JSON.parse(read('package-lock.json'));
const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

describe('package.json', () => {
  it.each([
    ...['start', 'predict', 'test', 'types', 'lint', 'bench'],
    ...['test:electron', 'package', 'vscode'],
  ])('has the script %s', (name) => {
    expect(manifest.scripts[name]).toEqual(expect.any(String));
  });

  it('names only files in scripts that are there, or that the build makes', () => {
    const built = outputsOfBuild();
    const named = Object.values<string>(manifest.scripts).flatMap(
      (script) => script.match(/[\w./-]+\.(mjs|js|ts|json)\b/g) ?? [],
    );
    expect(named).toContain('experiments/quickstart.textclf.json');
    expect(named.filter((path) => !existsSync(path) && !built.includes(path))).toEqual([]);
  });

  it('builds before what runs a build', () => {
    for (const name of ['start', 'bench', 'test', 'test:vscode', 'test:electron', 'package', 'vscode']) {
      expect(manifest.scripts[name]).toMatch(/^node esbuild\.mjs( --bench)? && /);
    }
  });

  it('pins every dependency exactly', () => {
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(ranges.length).toBeGreaterThan(10);
    expect(ranges.filter(([, range]) => !exact.test(range as string))).toEqual([]);
  });

  it('asks for Node 20 and for the VS Code whose interface it is written against, no more', () => {
    const { '@types/node': node, '@types/vscode': vscode } = manifest.devDependencies;
    expect(manifest.engines).toEqual({ node: '>=20', vscode: `^${vscode}` });
    expect(node).toMatch(/^20\./);
  });

  it('has commands that the build makes of a script with a first line for the shell', () => {
    const entries = [...read('esbuild.mjs').matchAll(/entryPoints: \['([^']+)'\], outfile: '([^']+)'/g)];
    for (const path of Object.values<string>(manifest.bin)) {
      const entry = entries.find(([, , output]) => output === path)?.[1];
      expect(entry, path).toBeDefined();
      expect(read(entry!)).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });
});

describe('a clean install', () => {
  it('runs no code of a dependency', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });

  it('takes every package from whichever registry npm is set to, and checks it', () => {
    const packages = Object.entries<Record<string, unknown>>(lock.packages).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, entry]) => 'resolved' in entry)).toEqual([]);
    expect(packages.filter(([, { integrity }]) => !/^sha512-/.test(String(integrity)))).toEqual([]);
    expect(packages.filter(([, { version }]) => !/^\d+\.\d+\.\d+/.test(String(version)))).toEqual([]);
  });

  it('has a lock that agrees with package.json', () => {
    const { dependencies, devDependencies, engines, bin } = manifest;
    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, engines, bin });
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  // Where a platform's package is left out, npm ci refuses the lock, though npm install took it.
  it('has a lock with the packages of every platform', () => {
    const entries = Object.entries<{ optionalDependencies?: object }>(lock.packages);
    const missing = entries.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

function outputsOfBuild(): string[] {
  return [...read('esbuild.mjs').matchAll(/outfile: '([^']+)'/g)].map(([, path]) => path!);
}
