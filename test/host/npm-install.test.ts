/** npm itself, with packages made here: nothing is fetched. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNpm } from '../../src/host/npm';
import { installTensorflow, removeTensorflow } from '../../src/host/npm-install';
import {
  installedTensorflow,
  markerPath,
  tensorflowFolder,
  tensorflowVariables,
} from '../../src/host/tensorflow-path';
import { HumanError } from '../../src/protocol/human-error';

let folder = '';
// Its setup, cache and log are no business of the person's.
let env: NodeJS.ProcessEnv = {};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf npm &c-'));
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  env = {
    ...Object.fromEntries(own),
    ...{
      npm_config_offline: 'true',
      npm_config_cache: join(folder, 'cache'),
      npm_config_ignore_scripts: 'true',
    },
    ...{ npm_config_userconfig: join(folder, 'none'), npm_config_update_notifier: 'false' },
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A package with an install script, as one that npm can take from a file. */
function packageOf(name: string, script: string): string {
  const source = join(folder, `source-${name}`, 'package');
  mkdirSync(source, { recursive: true });
  const manifest = { name, version: '1.0.0', scripts: { install: 'node install.js' } };
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(source, 'install.js'), script);
  const archive = join(folder, `${name}.tgz`);
  execFileSync('tar', ['-czf', archive, '-C', join(folder, `source-${name}`), 'package']);
  return archive;
}

/** @param onWork called when the install script says that it is at work */
function install(
  storage: string,
  name: string,
  script: string,
  { signal = new AbortController().signal, onWork = () => {} } = {},
) {
  const lines: string[] = [];
  const result = installTensorflow({
    ...{ npm: findNpm(env)!, storage: join(folder, storage), env, signal },
    tensorflow: { package: name, version: `file:${packageOf(name, script)}` },
    onLine(line) {
      lines.push(line);
      if (line.includes('is at work')) onWork();
    },
  });
  return { result, lines };
}

const working = `require('node:fs').writeFileSync('library', 'x'); console.log('\\u001b[32m* is at work\\u001b[0m');`;

describe('installing', () => {
  it('runs the script of the package, tells its lines without colours, and remembers it when all is there', async () => {
    const { result, lines } = install('whole', 'made-here', working);
    expect(await result).toBe(true);
    const storage = join(folder, 'whole');
    expect(lines).toContain('* is at work');
    expect(existsSync(join(tensorflowFolder(storage), 'node_modules/made-here/library'))).toBe(true);
    expect(installedTensorflow(storage)).toEqual({
      package: 'made-here',
      version: `file:${join(folder, 'made-here.tgz')}`,
    });
    await removeTensorflow(storage);
    expect(readdirSync(storage)).toEqual([]);
  });

  it('replaces what was there', async () => {
    const storage = join(folder, 'again');
    expect(await install('again', 'first', working).result).toBe(true);
    expect(await install('again', 'second', working).result).toBe(true);
    expect(readdirSync(join(tensorflowFolder(storage), 'node_modules'))).not.toContain('first');
    expect(installedTensorflow(storage)?.package).toBe('second');
  });

  it('says why npm could not, and leaves nothing', async () => {
    const { result, lines } = install('failed', 'broken', `console.error('no library'); process.exit(7);`);
    const error = await result.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HumanError);
    expect(error).toMatchObject({ message: expect.stringContaining('npm could not install') });
    expect((error as HumanError).hint).toBe('no library');
    expect(lines).toContain('no library');
    expect(readdirSync(join(folder, 'failed'))).toEqual([]);
  });

  it('says which package npm does not get', async () => {
    const tensorflow = { package: '@tensorflow/tfjs-node', version: '0.0.0-none' };
    const work = { npm: findNpm(env)!, storage: join(folder, 'none'), env, onLine: () => {}, tensorflow };
    const result = installTensorflow({ ...work, signal: new AbortController().signal });
    await expect(result).rejects.toMatchObject({ hint: expect.stringMatching(/tfjs-node.*(cache|not)/) });
  });

  it('ends all that npm has started where the person cancels, and leaves nothing', async () => {
    const pids = join(folder, 'pids');
    const controller = new AbortController();
    const { result } = install(
      'cancelled',
      'endless',
      `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
       require('node:fs').writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
       console.log('is at work'); setInterval(() => {}, 1000);`,
      { signal: controller.signal, onWork: () => controller.abort() },
    );
    expect(await result).toBe(false);
    expect(readdirSync(join(folder, 'cancelled'))).toEqual([]);
    for (const pid of readFileSync(pids, 'utf8').split(' ').map(Number)) {
      await expect.poll(() => isRunning(pid)).toBe(false);
    }
  });
});

/** One that has ended, but that nobody has taken note of, does not run. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('npm', () => {
  it('is found in the folders of PATH, in their order, where it can be run', () => {
    const [none, plain, program] = ['none', 'plain', 'program'].map((name) => join(folder, 'path', name));
    for (const path of [plain!, program!]) {
      mkdirSync(path, { recursive: true });
      for (const name of ['npm', 'npm.cmd']) writeFileSync(join(path, name), '');
    }
    chmodSync(join(program!, 'npm'), 0o755);
    chmodSync(join(program!, 'npm.cmd'), 0o755);
    const path = ['', none, plain, program].join(delimiter);
    expect(findNpm({ PATH: path }, 'linux')).toBe(join(program!, 'npm'));
    expect(findNpm({ Path: path }, 'win32')).toBe(join(program!, 'npm.cmd'));
    expect(findNpm({ PATH: plain }, 'linux')).toBeUndefined();
    expect(findNpm({}, 'linux')).toBeUndefined();
  });
});

describe('what child processes are told', () => {
  it('is the setting, else what the environment says, else what was installed', () => {
    const storage = join(folder, 'told');
    const name = 'TEXTCLF_TENSORFLOW';
    mkdirSync(tensorflowFolder(storage), { recursive: true });
    expect(tensorflowVariables('', storage, {})).toEqual({});
    writeFileSync(markerPath(storage), '{ "package": "a"');
    expect(tensorflowVariables('', storage, {})).toEqual({});
    writeFileSync(markerPath(storage), '{ "package": "a", "version": "1.0.0" }');
    expect(tensorflowVariables('', storage, {})).toEqual({ [name]: tensorflowFolder(storage) });
    // It is there by itself.
    expect(tensorflowVariables('', storage, { [name]: '/own' })).toEqual({});
    expect(tensorflowVariables('/chosen', storage, { [name]: '/own' })).toEqual({ [name]: '/chosen' });
  });
});
