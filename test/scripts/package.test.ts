/** What is in a package, and what is not. That it works is tested by installing it (test/browser). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'textclf-packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** Each target with the libraries beside the binding. */
const targets: Record<string, string[]> = {
  'linux-x64': ['libonnxruntime.so.1'],
  'linux-arm64': ['libonnxruntime.so.1'],
  'darwin-arm64': ['libonnxruntime.1.dylib'],
  'win32-x64': ['dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll'],
  'win32-arm64': ['dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll'],
};

describe.each(Object.entries(targets))('the package for %s', (target, libraries) => {
  let names: string[] = [];

  beforeAll(() => {
    run(target);
    names = namesInZip(readFileSync(fileFor(target)));
  });

  it('has the binaries of this platform and of no other', () => {
    const binaries = `extension/dist/node_modules/onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}/`;
    const expected = [...libraries, 'onnxruntime_binding.node'].map((name) => binaries + name);
    expect(names.filter((name) => /\.(node|dll|dylib|so[.\d]*)$/.test(name)).sort()).toEqual(expected.sort());
  });

  it('is under 40 MB', () => expect(statSync(fileFor(target)).size).toBeLessThan(40e6));

  it('has everything that package.json points to', () => {
    const paths =
      JSON.stringify(manifest).match(/(?<=")(\.\/)?(dist|media|experiments)\/[^"]+\.\w+(?=")/g) ?? [];
    const named = [...new Set(paths.map((path) => `extension/${path.replace(/^\.\//, '')}`))];
    expect(named).toContain('extension/dist/extension.js');
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('has nothing that only development needs', () => {
    expect(names.filter((name) => /\.(map|ts|vsix|log)$|bench|\/(test|src|data)\//.test(name))).toEqual([]);
  });
});

it('is not made for a platform without binaries', () => {
  expect(() => run('darwin-x64')).toThrow(/No package can be made for darwin-x64/);
});

it('is the same, byte for byte, when made again', () => {
  const first = readFileSync(fileFor('linux-arm64'));
  run('linux-arm64');
  expect(readFileSync(fileFor('linux-arm64')).equals(first)).toBe(true);
});

function fileFor(target: string): string {
  return join(folder, `textclf-${target}-${manifest.version}.vsix`);
}

function run(target: string): void {
  const args = ['scripts/package.mjs', '--target', target, '--out', folder];
  execFileSync(process.execPath, args, { stdio: 'pipe' });
}

/** The file names in a zip's central directory (https://pkware.com/appnote, 4.3.12 and 4.3.16). */
function namesInZip(bytes: Buffer): string[] {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const names: string[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    names.push(bytes.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
}
