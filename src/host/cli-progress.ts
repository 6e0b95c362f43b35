import { join } from 'node:path';
import * as vscode from 'vscode';
import type { WorkDone } from '../protocol/work';
import { withoutLinks } from './plain-text';
import { type CliWork, runCli } from './run-cli';
import type { Services } from './services';
import { tensorflowEnvironment } from './tensorflow-environment';

/** Runs a command of the command line under a notification with its progress; undefined where it was cancelled. */
export function withCliProgress(
  { context, report }: Services,
  title: string,
  work: Pick<CliWork, 'args' | 'folder' | 'env' | 'patience'>,
): Thenable<WorkDone | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true };
  return vscode.window.withProgress({ ...options, title: withoutLinks(title) }, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    let shown = 0;
    return runCli({
      ...work,
      env: { ...tensorflowEnvironment(context), ...work.env },
      cli: context.asAbsolutePath(join('dist', 'cli.js')),
      signal: controller.signal,
      onLine: (line) => report.log.info(line),
      onProgress({ done, total, message }) {
        const percent = total > 0 ? Math.min(100, (100 * done) / total) : shown;
        progress.report({
          increment: Math.max(0, percent - shown),
          ...(message === undefined ? {} : { message: withoutLinks(message) }),
        });
        shown = Math.max(shown, percent);
      },
    });
  });
}
