import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { runCommand } from './commands';
import { continueAction } from './continue-on-cpu';
import { failureOf, hintWithoutCommands } from './failure';
import { groupFacts, resultText } from './group-text';
import { isContinuable } from './is-continuable';
import { isLive } from './is-live';
import type { StoredRun } from './run-store';
import type { Services } from './services';

/** The runs that end from now on, whoever started them. Of others', those are missed that are over in a moment. */
export class RunEndings implements vscode.Disposable {
  #live = new Set<string>();
  readonly #ended = new vscode.EventEmitter<StoredRun>();
  readonly #subscriptions: vscode.Disposable[];

  readonly onDidEnd = this.#ended.event;

  constructor({ store, trainings }: Pick<Services, 'store' | 'trainings'>) {
    const update = () => {
      const before = this.#live;
      this.#live = new Set(store.live.map(({ folder }) => folder));
      for (const folder of before) {
        const run = store.find(folder);
        // A run that was deleted has no end to tell of.
        if (run && !isLive(run)) this.#ended.fire(run);
      }
    };
    update();
    this.#subscriptions = [
      store.onDidChange(update),
      // One that failed at once was never seen alive.
      trainings.onDidBegin((run) => {
        if (!isLive(run)) this.#ended.fire(run);
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#ended.dispose();
  }
}

/** Says how a run ended that was started here, unless the person looks at its dashboard. */
export function registerRunEndings(services: Services): vscode.Disposable {
  const { trainings, dashboards, report } = services;
  const endings = new RunEndings(services);
  return vscode.Disposable.from(
    endings,
    endings.onDidEnd((run) => {
      if (trainings.isOurs(run) && !dashboards.isVisible(run.folder)) void tell(services, run);
    }),
    trainings.onDidFail((error) => void report.error(error)),
  );
}

async function tell({ report, store }: Services, run: StoredRun): Promise<void> {
  const { folder, name, status, record } = run;
  const openDashboard = {
    title: 'Open Dashboard',
    run: () => runCommand('textclf.openDashboard', folder),
  };
  const showLog = { title: 'Show Log', run: () => runCommand('textclf.showLog', folder) };
  if (status === 'failed') {
    const failure = failureOf(record.message ?? 'It does not say why.', run.root);
    const { message, place } = failure;
    const mayGoOn = isContinuable(run);
    const hint = mayGoOn ? hintWithoutCommands(failure) : failure.hint;
    const options = { ...(place ? { place } : {}), ...(hint ? { hint } : {}) };
    const error = new HumanError(`${name} failed: ${message}`, options);
    const first = mayGoOn ? [continueAction(run)] : [];
    return report.error(error, [...first, openDashboard, showLog]);
  }
  if (status === 'interrupted') {
    const error = new HumanError(`The training of ${name} was cut off: its process is gone.`, {
      hint: run.hasModel ? 'The model of its best epoch is kept.' : 'It has no model yet.',
    });
    return report.error(error, [openDashboard, showLog]);
  }
  const result = [...groupFacts(store, run).slice(0, 1), resultText(store, run)].filter(Boolean).join(', ');
  const verb = status === 'stopped' ? 'was stopped' : 'is trained';
  await report.info(`${name} ${verb}${result ? `: ${result}` : ''}.`, [openDashboard]);
}
