/** Chromium without a window, driven by playwright-core. It is the machine's own: nothing is downloaded. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BrowserServer, chromium } from 'playwright-core';
import { cacheFolder, Unavailable } from './install';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The program that the variable CHROMIUM names, or the first of the usual ones on the PATH. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.CHROMIUM) {
    if (isProgram(environment.CHROMIUM)) return environment.CHROMIUM;
    throw new Unavailable(`CHROMIUM names no program: ${environment.CHROMIUM}`);
  }
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin'];
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found) return found;
  throw new Unavailable('There is no Chromium. On Debian: apt-get install chromium; elsewhere set CHROMIUM.');
}

/** A browser that several test files, each a client of its own, can share. */
export function startBrowser(): Promise<BrowserServer> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
  args.push('--disable-background-networking', '--disable-component-update');
  // Its profile is playwright's; this is for what else it keeps in a home folder.
  const home = join(cacheFolder, 'browser-home');
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home } as Record<
    string,
    string
  >;
  return chromium.launchServer({ executablePath: findChromium(), args, env });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
