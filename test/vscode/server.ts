/** Starts the VS Code of install.ts on this machine's own address, with a home of its own. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installVSCode, type VSCode } from './install';

/** What would get in the way of a test, or ask the network. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'editor.accessibilitySupport': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

export interface ServerOptions {
  /** The user's settings, over quietSettings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Extension folders that VS Code takes for installed. */
  readonly extensions?: readonly string[];
  /** Packages to install. */
  readonly packages?: readonly string[];
  /** Ask before a folder is trusted. Off, everything is. */
  readonly workspaceTrust?: boolean;
  /** Needed for tests inside the extension host. Notifications don't show with it. */
  readonly runsTests?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface Server {
  readonly url: string;
  /** The server's files; removed by close(). */
  readonly folder: string;
  /** What the extension host, the extensions' output channels and the server wrote, by file name. */
  logs(): Promise<Map<string, string>>;
  /** Ends the server and everything that came of it, training processes too. */
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const vscode = await installVSCode();
  const folder = await makeHome(options);
  const environment = environmentOf(folder, options.environment);
  const files = ['--config', join(folder, 'config.yaml'), '--user-data-dir', join(folder, 'data')];
  files.push('--extensions-dir', join(folder, 'extensions'));
  for (const file of options.packages ?? []) await installPackage(vscode, files, resolve(file), environment);

  const port = await freePort();
  const log = await open(join(folder, 'server.log'), 'w');
  const guard = spawn(
    process.execPath,
    [
      ...[resolve('test/vscode/guard.mjs'), folder, vscode.node, vscode.entry, ...files],
      ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--ignore-last-opened'],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(options.runsTests ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    // Detached: Ctrl-C in a terminal reaches the test run alone, and the guard ends the rest in its turn.
    { env: environment, stdio: ['pipe', log.fd, log.fd], detached: true },
  );
  await log.close();
  const ended = new Promise<void>((done) => guard.once('exit', () => done()));
  const server: Server = {
    url: `http://127.0.0.1:${port}`,
    folder,
    logs: () => readLogs(folder),
    close: () => {
      guard.stdin!.end();
      return ended;
    },
  };
  await answers(server, () => guard.exitCode === null);
  return server;
}

/** The address that opens a folder, with an extension under development and its tests where they are given. */
export function workbenchUrl(
  { url }: { readonly url: string },
  folder: string,
  development: { readonly extension?: string; readonly tests?: string } = {},
): string {
  const remote = (path: string) => `vscode-remote://${new URL(url).host}${resolve(path)}`;
  const payload: [string, string][] = [];
  if (development.extension) payload.push(['extensionDevelopmentPath', remote(development.extension)]);
  if (development.tests) payload.push(['extensionTestsPath', remote(development.tests)]);
  const query = new URLSearchParams({ folder: resolve(folder) });
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `${url}/?${query}`;
}

async function makeHome({ settings, extensions = [] }: ServerOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'textclf-vscode-'));
  const parts = ['data/User', 'extensions', 'home', 'tmp'];
  for (const part of parts) await mkdir(join(folder, part), { recursive: true });
  const all = JSON.stringify({ ...quietSettings, ...settings }, null, 2);
  await writeFile(join(folder, 'data/User/settings.json'), all);
  // An empty file would be replaced.
  await writeFile(join(folder, 'config.yaml'), 'auth: none\n');
  for (const path of extensions) {
    await symlink(resolve(path), join(folder, 'extensions', basename(resolve(path))));
  }
  return folder;
}

/** Nothing of the person's home or of an editor around the tests, and no extension gallery to ask. */
function environmentOf(folder: string, changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|ELECTRON_|VITEST|npm_|NODE_OPTIONS$|NODE_ENV$|PORT$|PASSWORD$)/;
  const own = Object.entries(process.env).filter(([variable]) => !foreign.test(variable));
  return {
    ...Object.fromEntries(own),
    HOME: join(folder, 'home'),
    XDG_CACHE_HOME: join(folder, 'home/.cache'),
    XDG_CONFIG_HOME: join(folder, 'home/.config'),
    XDG_DATA_HOME: join(folder, 'home/.local/share'),
    XDG_RUNTIME_DIR: join(folder, 'tmp'),
    TMPDIR: join(folder, 'tmp'),
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '' }),
    ...changes,
  };
}

async function installPackage(
  vscode: VSCode,
  files: readonly string[],
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await promisify(execFile)(vscode.node, [vscode.entry, ...files, '--install-extension', file], { env });
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done((address as { port: number }).port));
    });
  });
}

async function answers(server: Server, isAlive: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (isAlive() && Date.now() < deadline) {
    const response = await fetch(`${server.url}/healthz`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  const log = await readFile(join(server.folder, 'server.log'), 'utf8').catch(() => '(its log is gone)');
  await server.close();
  throw new Error(`VS Code's server did not start:\n${log}`);
}

/** What VS Code writes about every start. */
const usual =
  /^$|code-server|Connection\]|_doActivateExtension|AgentHost|grace-time|vsda|scoped configuration/;

/** The ends of logs, for a failed test's report. */
export function describeLogs(logs: ReadonlyMap<string, string>): string {
  const parts = [...logs].map(([name, content]) => {
    const lines = content.split('\n').filter((line) => !usual.test(line.trim()));
    return [`--- ${name}`, ...lines.slice(-60)].join('\n');
  });
  return parts.join('\n');
}

export async function readLogs(folder: string): Promise<Map<string, string>> {
  const root = join(folder, 'data/logs');
  const names = await readdir(root, { recursive: true }).catch(() => []);
  const telling = names.filter((name) => /(remoteexthost|output_logging_.*|-TextClf)[^/]*\.log$/.test(name));
  const files = [join(folder, 'server.log'), ...telling.map((name) => join(root, name))];
  const contents = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return new Map(files.map((file, i) => [file.slice(folder.length + 1), contents[i]!]));
}
