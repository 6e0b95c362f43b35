import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { commandLink } from './commands';
import { experimentFiles, isExperiment, rangeOfOption } from './experiment-file';
import { progressOf, resultText } from './group-text';
import { isLive } from './is-live';
import { loadExperimentTools } from './load-experiment-tools';
import type { RunStore, StoredRun } from './run-store';
import type { Services } from './services';
import { Throttle } from './throttle';
import { type PlannedExperiment, trainTitle } from './train-title';
import { isSameTraining, type PendingTraining, type Training } from './trainings';

/** Progress is drawn anew no more often than this (milliseconds). */
const progressInterval = 500;

/** VS Code gives up asking when the editor loses the focus: after this long it is told again (milliseconds). */
const askPatience = 5_000;

/** What can be done with an experiment, above its file; above its data, a look at it; above its examples, Predict. */
export function registerCodeLenses(services: Services): vscode.Disposable {
  const { store, trainings } = services;
  const changed = new vscode.EventEmitter<void>();
  // VS Code asks for lenses some time after the last change, the longer the busier it is: while a run goes on it
  // would never ask. So no change is told before the one told last was asked about.
  let toldAt: number | undefined;
  const throttle = new Throttle(progressInterval, () => {
    const isToldOf = toldAt !== undefined && Date.now() - toldAt < askPatience;
    if (isToldOf) return change();
    toldAt = Date.now();
    changed.fire();
  });
  const change = () => throttle.call('lenses');
  return vscode.Disposable.from(
    changed,
    throttle,
    store.onDidChange(change),
    store.onDidProgress(change),
    trainings.onDidChange(change),
    vscode.workspace.onDidGrantWorkspaceTrust(change),
    vscode.window.onDidChangeVisibleTextEditors(change),
    vscode.languages.registerCodeLensProvider(experimentFiles, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: async (document, token) => {
        toldAt = undefined;
        if (!isExperiment(document)) return [];
        const experiment = await experimentOf(document);
        // Who opens a file and at once clicks elsewhere would see none: VS Code took its question back.
        if (token.isCancellationRequested) change();
        return lensesOf(document, experiment, services);
      },
    }),
  );
}

type LensServices = Pick<Services, 'store' | 'trainings'>;

/** The experiment as it stands in the editor; undefined where it has errors. */
async function experimentOf(document: vscode.TextDocument): Promise<PlannedExperiment | undefined> {
  const { parseExperiment, plannedRuns } = await loadExperimentTools();
  const { experiment } = parseExperiment(document.getText(), document.uri.fsPath);
  return experiment && { ...experiment, plan: plannedRuns(experiment) };
}

function lensesOf(
  document: vscode.TextDocument,
  experiment: PlannedExperiment | undefined,
  { store, trainings }: LensServices,
): vscode.CodeLens[] {
  const file = document.uri;
  const runs = file.scheme === 'file' ? store.runsOf(file) : [];
  const best = store.best(runs);
  const top = new vscode.Range(0, 0, 0, 0);
  const actions = [
    ...trainingLinks(file, experiment, runs.filter(isLive), { store, trainings }),
    ...(best && vscode.workspace.isTrusted ? [commandLink('textclf.predictText', 'Predict…', file)] : []),
    ...resultLinks(store, runs, best),
  ];
  const lenses = actions.map((command) => new vscode.CodeLens(top, command));
  const isReadable = file.scheme === 'file' && vscode.workspace.isTrusted;
  const data = isReadable ? rangeOfData(document) : undefined;
  if (data) {
    const command = commandLink('textclf.inspectData', '$(graph) Inspect data', file);
    lenses.push(new vscode.CodeLens(data, command));
  }
  const examples = best && vscode.workspace.isTrusted ? rangeOfExamples(document) : undefined;
  if (examples) {
    const command = commandLink('textclf.predictExamples', '$(sparkle) Predict', file);
    lenses.push(new vscode.CodeLens(examples, command));
  }
  return lenses;
}

/** Train; or while the experiment is being trained or waits for it: how far it is, and the way out. */
function trainingLinks(
  file: vscode.Uri,
  experiment: PlannedExperiment | undefined,
  live: readonly StoredRun[],
  { store, trainings }: LensServices,
): vscode.Command[] {
  if (file.scheme !== 'file') return [words('$(info) Save it to a folder on this machine to train it')];
  if (!vscode.workspace.isTrusted) {
    const title = '$(shield) Nothing is trained in Restricted Mode';
    return [{ command: 'workbench.trust.manage', title, tooltip: 'Trust this workspace to train in it' }];
  }
  const links = live.flatMap((run) => [
    commandLink('textclf.stop', '$(debug-stop) Stop', run.folder),
    commandLink('textclf.openDashboard', `$(loading~spin) ${progressOf(store, run)}`, run.folder),
  ]);
  const isThis = (uri: vscode.Uri) => uri.toString() === file.toString();
  const pending = trainings.pending.filter(({ experimentFile }) => isThis(experimentFile));
  for (const { state } of pending) {
    if (state === 'starting') links.push(words('$(loading~spin) starting'));
  }
  for (const isBaseline of [false, true]) {
    links.push(...cancelLinks({ experimentFile: file, isBaseline }, trainings.pending));
  }
  const title = experiment ? trainTitle(experiment) : 'Train';
  if (links.length === 0) links.push(commandLink('textclf.train', `$(play) ${title}`, file));
  // Beside a training of the experiment it waits for its turn.
  const isBaselineDue =
    pending.some(({ isBaseline }) => isBaseline) || live.some(({ record }) => record.model === 'baseline');
  const hasBaseline = experiment !== undefined && experiment.model.type !== 'baseline';
  if (hasBaseline && !isBaselineDue) {
    links.push(commandLink('textclf.trainBaseline', 'Train baseline', file));
  }
  return links;
}

/** The way out for a training that waits; of the same twice, for the first of them. */
function cancelLinks(training: Training, pending: readonly PendingTraining[]): vscode.Command[] {
  const queue = pending.filter(({ state }) => state === 'queued');
  const place = queue.findIndex((waiting) => isSameTraining(waiting, training)) + 1;
  if (place === 0) return [];
  const what = training.isBaseline ? 'Baseline queued' : 'Queued';
  const title = `$(clock) ${what} (${ordinal(place)}): cancel`;
  return [commandLink('textclf.cancelQueued', title, { training, place })];
}

/** What came of the runs so far. */
function resultLinks(
  store: RunStore,
  runs: readonly StoredRun[],
  best: StoredRun | undefined,
): vscode.Command[] {
  const [last] = runs;
  if (!last) return [];
  const links = [commandLink('textclf.openDashboard', 'Dashboard', last.folder)];
  if (best) {
    const accuracy = resultText(store, best);
    const isOther =
      best.record.model === 'baseline' && runs.some(({ record }) => record.model !== 'baseline');
    const by = isOther ? ' by the baseline' : '';
    const facts = [accuracy && `best: ${accuracy}${by}`, countOf(runs.length, 'run')].filter(Boolean);
    links.push(commandLink('textclf.openDashboard', facts.join(', '), best.folder));
  }
  if (last.status === 'failed') {
    links.push(commandLink('textclf.openDashboard', '$(error) last run failed', last.folder));
  }
  return links;
}

/** A lens that only says something. */
function words(title: string): vscode.Command {
  return { command: '', title };
}

function rangeOfData(document: vscode.TextDocument): vscode.Range | undefined {
  const range = rangeOfOption(document, ['data']);
  const isLeftOut = range && rangeOfOption(document, [])?.isEqual(range);
  return isLeftOut ? undefined : range;
}

function rangeOfExamples(document: vscode.TextDocument): vscode.Range | undefined {
  const range = rangeOfOption(document, ['examples']);
  // Left out, the file's own brace would stand for it.
  return range && document.getText(range).startsWith('[') ? range : undefined;
}

/** `1st`, `2nd`, `3rd`, `4th`, `11th` */
function ordinal(value: number): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd' }[ordinals.select(value) as string] ?? 'th';
  return `${value}${suffix}`;
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
