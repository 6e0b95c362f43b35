/**
 * The built page in a real browser, under the content security policy that the extension sets. The only thing
 * that is not real is VS Code's side of the wire: `acquireVsCodeApi` hands the page's messages to the test.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { FromPage, ToPage } from '../../src/protocol/dashboard';
import { findChromium } from '../vscode/browser';
import { type Theme, themes } from './themes';

const built = 'dist/webview';
if (!existsSync(`${built}/dashboard.js`)) {
  throw new Error('dist/webview is missing: npm test makes it, or npm run build.');
}

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};
const nonce = 'bm9uY2U=';

/** Why there is no browser to test in; undefined where there is one. */
export function missingBrowser(): string | undefined {
  try {
    findChromium();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export class DashboardBrowser {
  private constructor(
    readonly browser: Browser,
    readonly server: Server,
  ) {}

  static async start(): Promise<DashboardBrowser> {
    const server = createServer((request, response) => {
      const name = request.url?.split('?')[0] ?? '/';
      if (name === '/') {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.setHeader('content-security-policy', policy(`http://${request.headers.host}`));
        response.end(pageHtml(new URL(request.url ?? '/', 'http://localhost').searchParams));
        return;
      }
      const file = join(built, name);
      if (!existsSync(file)) response.statusCode = 404;
      else response.setHeader('content-type', types[extname(file)] ?? 'text/plain');
      response.end(existsSync(file) ? readFileSync(file) : '');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
    const browser = await chromium.launch({ executablePath: findChromium(), args });
    return new DashboardBrowser(browser, server);
  }

  /** Opens a fresh page and waits until it says that it is ready. */
  async open(options: OpenOptions = {}): Promise<OpenPage> {
    const { width = 1000, height = 900, theme = themes.dark, kept, reply } = options;
    const context = await this.browser.newContext({
      viewport: { width, height },
      reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const posted: FromPage[] = [];
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() !== 'log') problems.push(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
    const send = (message: ToPage) =>
      page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`) as Promise<void>;
    await page.exposeFunction('fromPage', (message: FromPage) => {
      posted.push(message);
      const answer = reply?.(message);
      if (answer) void send(answer);
    });
    await page.addInitScript(`
      let kept = ${JSON.stringify(kept ?? null)} ?? undefined;
      window.acquireVsCodeApi = () => {
        window.acquireVsCodeApi = () => { throw new Error('acquired twice'); };
        return {
          postMessage: (message) => window.fromPage(message),
          getState: () => kept,
          setState: (state) => { kept = window.kept = state; },
        };
      };
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error('forbidden by the policy: ' + event.violatedDirective + ' ' + event.sourceFile + ':' + event.lineNumber);
      });
    `);
    const { port } = this.server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/?theme=${encodeURIComponent(theme.name)}`);
    const opened = { page, posted, problems, send };
    await until(() => posted.some(({ type }) => type === 'ready'), 'the page to be ready');
    return opened;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await new Promise((done) => this.server.close(done));
  }
}

export interface OpenOptions {
  width?: number;
  height?: number;
  theme?: Theme;
  /** What the page kept before it was hidden. */
  kept?: object;
  /** Plays the extension: what it answers. */
  reply?: (message: FromPage) => ToPage | undefined;
  reducedMotion?: boolean;
}

export interface OpenPage {
  page: Page;
  /** What the page has sent. */
  posted: FromPage[];
  /** Warnings and errors of the console, violations of the policy among them. */
  problems: string[];
  send: (message: ToPage) => Promise<void>;
}

/** Waits for a condition, and says which if it does not come true. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** As src/host/page.ts says it, with this server for `webview.cspSource`. */
function policy(source: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'nonce-${nonce}'`,
    `font-src ${source}`,
    `img-src ${source} data:`,
  ].join('; ');
}

function pageHtml(parameters: URLSearchParams): string {
  const theme = Object.values(themes).find(({ name }) => name === parameters.get('theme')) ?? themes.dark;
  const variables = Object.entries(theme.variables).map(([name, value]) => `${name}: ${value};`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <link rel="icon" href="data:,">
  <style nonce="${nonce}">:root { ${variables.join(' ')} } ${vscodeDefaults}</style>
  <link rel="stylesheet" href="/codicon.css" id="vscode-codicon-stylesheet" nonce="${nonce}">
  <link rel="stylesheet" href="/dashboard.css" nonce="${nonce}">
</head>
<body class="${theme.className}" data-state='{"kind":"run","folder":"/w/.textclf/runs/made"}'>
  <textclf-dashboard></textclf-dashboard>
  <script type="module" nonce="${nonce}" src="/dashboard.js"></script>
</body>
</html>`;
}

/** What VS Code itself puts on every page, before the page's own styles. */
const vscodeDefaults = `
  html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
  body { overscroll-behavior-x: none; background-color: transparent; color: var(--vscode-editor-foreground);
    font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight);
    font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
  a, a code { color: var(--vscode-textLink-foreground); }
  a:hover { color: var(--vscode-textLink-activeForeground); }
  a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
  code { font-family: var(--monaco-monospace-font); color: var(--vscode-textPreformat-foreground); }`;
