import * as vscode from 'vscode';
import { formatError } from '../protocol/human-error';
import { followEvents } from '../runs/events';
import { runPaths } from '../runs/paths';
import { RunView, type ViewPart } from '../runs/run-view';

/** Follows the events of one run from its folder, whoever wrote them and whether they still come. */
export class RunFeed implements vscode.Disposable {
  readonly view = new RunView();
  readonly #abort = new AbortController();
  readonly #changed = new vscode.EventEmitter<ReadonlySet<ViewPart>>();
  /** Fires with the parts of the view that changed; not more often than events are read. */
  readonly onDidChange = this.#changed.event;

  constructor(
    readonly folder: string,
    log: vscode.LogOutputChannel,
  ) {
    followEvents(
      runPaths(folder).events,
      ({ events, problems }) => {
        for (const { line, message } of problems) log.warn(`${runPaths(folder).events}:${line}: ${message}`);
        const changed = this.view.apply(events);
        if (changed.size > 0) this.#changed.fire(changed);
      },
      this.#abort.signal,
    ).catch((error: unknown) => log.error(formatError(error)));
  }

  dispose(): void {
    this.#abort.abort();
    this.#changed.dispose();
  }
}
