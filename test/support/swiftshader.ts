/**
 * SwiftShader, a graphics card in software that Chromium brings along: Vulkan for tests on machines without one. The
 * system's loader reads the environment when a process starts, so whatever shall use it is a child process.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const DRIVER = 'vk_swiftshader_icd.json';
const LOADER = 'libvulkan.so.1';

/** Where distributions put Chromium, and Google its own. */
const usual = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/opt/chromium',
];

/** What a child process needs in its environment; nothing where there is no such driver. */
export function swiftshaderEnvironment(): NodeJS.ProcessEnv | undefined {
  const { VK_DRIVER_FILES: chosen, CHROMIUM: browser } = process.env;
  const beside = browser && existsSync(browser) ? [dirname(realpathSync(browser))] : [];
  const folder = [...beside, ...usual].find((path) => existsSync(join(path, DRIVER)));
  const driver = chosen ?? (folder && join(folder, DRIVER));
  if (process.platform !== 'linux' || !driver || !existsSync(driver)) return undefined;
  // Chromium has a loader too, for systems that have none.
  const withLoader = existsSync(join(dirname(driver), LOADER)) ? [dirname(driver)] : [];
  const libraries = [...withLoader, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: libraries };
}

/** The same without any driver, as on a machine that has no graphics card. */
export function cardlessEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, VK_DRIVER_FILES: '/no/such/driver.json' };
}

/** Where children's bundles lie: beside node_modules, in which they find onnxruntime-node. */
const childFolder = resolve('node_modules/.cache/textclf-webgpu');

/** Runs a program of the tests in a process of its own; gives what it writes to standard output as JSON. */
export async function runChild<Found>(
  entry: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<Found> {
  const bundle = join(childFolder, `${basename(entry, '.ts')}.mjs`);
  mkdirSync(childFolder, { recursive: true });
  await build({
    ...{ entryPoints: [resolve(entry)], outfile: bundle, bundle: true },
    ...{ platform: 'node', format: 'esm', target: 'node20' },
    ...{ external: ['onnxruntime-node'], logLevel: 'warning' },
  });
  const options = { env, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(process.execPath, [bundle, ...args], options);
  return JSON.parse(stdout) as Found;
}
