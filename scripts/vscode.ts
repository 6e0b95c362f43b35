/**
 * npm run vscode: a VS Code with this checkout's extension and `experiments/` open. The desktop's if the command
 * `code` is there, otherwise the one that the tests use, in a browser.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Unavailable } from '../test/vscode/install';
import { startServer, workbenchUrl } from '../test/vscode/server';

const folder = resolve('experiments');
if (!openOnDesktop()) {
  await openInBrowser().catch((error: unknown) => {
    if (!(error instanceof Unavailable)) throw error;
    console.error(
      `${error.message}\nInstall VS Code, and its command "code" on the PATH, to try the extension.`,
    );
    process.exitCode = 1;
  });
}

function openOnDesktop(): boolean {
  const args = [`--extensionDevelopmentPath=${resolve('.')}`, folder];
  // On Windows `code` is a batch file: only a shell runs it, and takes its arguments apart at spaces.
  const shell = process.platform === 'win32';
  return (
    spawnSync('code', shell ? args.map((arg) => `"${arg}"`) : args, { shell, stdio: 'ignore' }).status === 0
  );
}

/** Until Ctrl-C. Settings and what is typed there are gone afterwards; runs stay in the folder. */
async function openInBrowser(): Promise<void> {
  console.log('There is no command "code" here: starting a VS Code to open in a browser.');
  const server = await startServer({ extensions: [resolve('.')] });
  console.log(`\n  ${workbenchUrl(server, folder)}\n\nCtrl-C ends it.`);
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  await server.close();
}
