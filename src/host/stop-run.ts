import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';
import { requestStop } from '../runs/stop-request';
import type { ExperimentTarget, RunTarget } from './commands';
import { isLive } from './is-live';
import { pickRun } from './pick';
import { withoutLinks } from './plain-text';
import type { RunStore, StoredRun } from './run-store';
import type { Services } from './services';

/** A batch and the saving of the model are done by then (milliseconds). */
const patience = 15_000;

/** Asks a run to stop after the batch at hand; offers to kill one that doesn't, or that was asked before. */
export async function stopRun(
  services: Services,
  target: RunTarget | ExperimentTarget | undefined,
): Promise<void> {
  const { store } = services;
  const run = await pickRun(services, target, {
    title: 'Stop Training',
    filter: isLive,
    none: 'Nothing is being trained.',
  });
  if (!run) return;
  if (run.stopping) return kill(store, run);
  requestStop(run.folder);
  store.refresh();
  if (await endsWithin(store, run.folder, patience)) return;
  const killing = 'Kill …';
  const message = withoutLinks(`${run.name} has not stopped after ${patience / 1000} seconds.`);
  if ((await vscode.window.showWarningMessage(message, killing)) === killing) await kill(store, run);
}

async function kill(store: RunStore, asked: StoredRun): Promise<void> {
  const { folder, name, record } = asked;
  if (!vscode.workspace.isTrusted) {
    // The process's number comes from a file in the folder.
    throw new HumanError('No process is killed in Restricted Mode.');
  }
  const button = 'Kill';
  const group = store.groupOf(asked);
  const whole = group ? ` ${group.name} ends with it: both are one process.` : '';
  const detail = `The process ${record.pid} ends at once. The model of the best epoch so far is kept; the epoch at hand is lost.${whole}`;
  const answer = await vscode.window.showWarningMessage(`Kill ${name}?`, { modal: true, detail }, button);
  const run = store.find(folder);
  // It may have ended while the question stood there, and its number may be another process's by now.
  if (answer !== button || !run || !isLive(run)) return;
  try {
    process.kill(record.pid, 'SIGKILL');
  } catch (error) {
    throw new HumanError(`The process ${record.pid} could not be killed (${(error as Error).message}).`, {
      hint: 'It may belong to another user.',
    });
  }
  // A process is there until its parent has taken note.
  await endsWithin(store, folder, 5_000);
}

/** Whether a run comes to its end within this time (milliseconds). */
export function endsWithin(store: RunStore, folder: string, time: number): Promise<boolean> {
  const hasEnded = () => {
    const run = store.find(folder);
    return !run || !isLive(run);
  };
  return new Promise((resolve) => {
    if (hasEnded()) return resolve(true);
    const timer = setTimeout(() => done(hasEnded()), time);
    const subscription = store.onDidChange(() => hasEnded() && done(true));
    const done = (ended: boolean) => {
      clearTimeout(timer);
      subscription.dispose();
      resolve(ended);
    };
  });
}
