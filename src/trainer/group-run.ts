import { dirname } from 'node:path';
import { foldsTrouble } from '../data/folds';
import type { Dataset } from '../data/rows';
import type { Settings } from '../experiment/options';
import { isFolds } from '../experiment/planned-runs';
import type { Experiment } from '../experiment/schema';
import { evaluateRows } from '../predict/evaluate';
import { loadPredictor } from '../predict/predictor';
import { type ModelCard, writeModelCard } from '../pretrained/model-card';
import type { EpochMetrics, Evaluation, RunEvent, TrialEvent } from '../protocol/events';
import { HumanError } from '../protocol/human-error';
import { isHigherBetter, metricOf } from '../protocol/metrics';
import { deviceOfModel } from '../runs/model-device';
import { runPaths } from '../runs/paths';
import { readRecord } from '../runs/record';
import type { RunWriter } from '../runs/run-writer';
import { shareModel } from '../runs/share-model';
import { type Halving, successiveHalving } from '../search/halving';
import { foldOption, type GroupPlan } from '../search/plan';
import { type Scores, summarize } from '../search/summary';
import { countClasses, countRows } from './data-facts';
import { fetchRunDataset } from './fetch-dataset';
import { judgeLabels } from './judge-labels';
import { DataReader } from './load-data';
import { openRun, type RunOptions } from './open-run';
import { enterPhase, type JudgedRows } from './run-context';
import { RunningTrial } from './running-trial';
import { singleRun, type TrainResult } from './single-run';
import { chooseThreads } from './threads';
import { TimeLimit } from './time-limit';
import { writeResults } from './write-results';

/** Which of a group's runs an event is of. */
export interface TrialName {
  readonly id: string;
  /** From 1. */
  readonly index: number;
  readonly label: string;
}

export interface GroupRunOptions extends RunOptions {
  readonly plan: GroupPlan;
  /** Hears of what the group's runs say; `onEvent` of what the group itself does. */
  readonly onTrialEvent?: ((event: RunEvent, trial: TrialName) => void) | undefined;
}

/**
 * Trains the runs of a group one after the other, and a run that stands for all of them: its events tell which there are
 * and what came of them, and its model is that of the best one so far.
 *
 * @throws HumanError where none of them succeeds, or where they can't even begin
 */
export async function groupRun(options: GroupRunOptions): Promise<TrainResult> {
  const { kind, planned } = options.plan;
  const { result, ...run } = await openRun({ ...options, group: { kind, planned } }, (writer, signal) =>
    new Group(options, writer, signal).train(),
  );
  return { ...run, evaluation: result };
}

/** What is known of a run when it is over. */
interface Trial {
  readonly experiment: Experiment;
  readonly event: Omit<TrialEvent, 'time'>;
  readonly scores: Scores;
  readonly error?: unknown;
  /** What its model's card tells; only models that have one. */
  readonly card?: ModelCard | undefined;
}

/** So many runs that fail alike from the start on: the others would as well. */
const hopeless = 3;

/** So many failures in a row, after whatever went well: a search without end would go on failing. */
const mostFailures = 20;

/** A space of which so many settings in a row are not possible is as good as empty. */
const mostSkipped = 1000;

class Group {
  private readonly reader: DataReader;
  private readonly halving: Halving | undefined;
  private readonly trials: Trial[] = [];
  /** What finished runs make of rows that they were not trained on, by their fold; without folds, the best run alone. */
  private readonly judged = new Map<unknown, JudgedRows>();
  private readonly impossible = new Set<string>();
  private best: Trial | undefined;

  constructor(
    private readonly options: GroupRunOptions,
    private readonly writer: RunWriter,
    private readonly signal: AbortSignal,
  ) {
    const { experiment, experimentFile, plan } = options;
    const { halving } = experiment.search ?? {};
    this.reader = new DataReader(dirname(experimentFile), options.root);
    this.halving = halving ? successiveHalving(halving, isHigherBetter(metricOf(plan.metric))) : undefined;
  }

  /** Returns what the best model of a search makes of the test rows. */
  async train(): Promise<Evaluation | undefined> {
    const { kind, planned, metric, options } = this.options.plan;
    this.writer.emit({ type: 'group', kind, planned, metric, options });
    if (!options.some(({ path }) => path.startsWith('data.') && path !== foldOption)) await this.readData();
    this.writer.emit({ type: 'phase', phase: 'training' });
    const time = new TimeLimit(this.options.experiment.search?.minutes);
    try {
      await this.trainAll(time);
    } finally {
      time.end();
      this.summarize();
    }
    if (this.signal.aborted) return undefined;
    if (this.trials.some(({ error }) => !error)) {
      const evaluation = await this.evaluateBest();
      this.judgeLabels();
      return evaluation;
    }
    throw this.trials.at(-1)?.error ?? nothingPossible();
  }

  /** The data of one run. What a search chooses by is validation alone: its runs do not see the test rows. */
  private async load(experiment: Experiment, signal: AbortSignal): Promise<Dataset> {
    const dataset = await this.reader.load(experiment, signal);
    return this.options.plan.kind === 'search' ? { ...dataset, test: [] } : dataset;
  }

  /** The one time that a search looks at the test rows: with the model that it has chosen. */
  private async evaluateBest(): Promise<Evaluation | undefined> {
    const { options, writer, best } = this;
    if (options.plan.kind !== 'search' || !best) return undefined;
    const dataset = await this.reader.load(best.experiment, this.signal);
    if (dataset.test.length === 0) return undefined;
    enterPhase({ writer }, 'evaluating');
    const paths = runPaths(writer.folder);
    const predictor = await loadPredictor(paths.model, {
      threads: chooseThreads(best.experiment.runtime.threads),
      device: deviceOfModel(paths.model),
      onFallback: (message) => writer.emit({ type: 'warning', message }),
    });
    try {
      const { evaluation, probabilities } = await evaluateRows(predictor, dataset.test, 'test', this.signal);
      const { root } = options;
      writeResults({ writer, paths, root, experiment: best.experiment }, dataset, {
        evaluation,
        probabilities,
        rule: predictor.rule,
      });
      this.writeCard(best, { rows: countRows(dataset), classes: countClasses(dataset), evaluation });
      return evaluation;
    } finally {
      await predictor.release();
    }
  }

  private judgeLabels(): void {
    const { options, writer, best } = this;
    if (!best) return;
    const by = options.plan.kind === 'folds' ? 'folds' : 'validation';
    judgeLabels({ writer, root: options.root, experiment: best.experiment }, [...this.judged.values()], by);
  }

  /** Before the first run, so that what is wrong with the data they share is told once. */
  private async readData(): Promise<void> {
    const { experiment } = this.options;
    await fetchRunDataset({ writer: this.writer, signal: this.signal }, experiment);
    this.writer.emit({ type: 'phase', phase: 'reading data' });
    const dataset = await this.reader.load(experiment, this.signal);
    this.writer.update({ dataDigest: dataset.digest });
    const { validation } = experiment.data;
    const trouble = isFolds(validation) ? foldsTrouble(dataset, validation.folds) : undefined;
    if (trouble !== undefined) this.writer.emit({ type: 'warning', message: trouble });
  }

  private async trainAll(time: TimeLimit): Promise<void> {
    const { plan, experiment: whole } = this.options;
    let skipped = 0;
    for (const { label = `trial ${this.trials.length + 1}`, settings } of plan.variants) {
      const isFull = this.trials.length === plan.planned || skipped > mostSkipped;
      if (isFull || this.signal.aborted || (time.isUp && this.trials.length > 0)) return;
      const { experiment, findings } = plan.experimentOf(settings, `${whole.name} ${label}`);
      const mistake = findings.find(({ severity }) => severity === 'error');
      if (!experiment || mistake) {
        skipped++;
        this.warnOfImpossible(settings, mistake?.message ?? 'it is not possible');
        continue;
      }
      skipped = 0;
      await this.trainOne(experiment, label, settings, time);
      this.refuseHopeless();
      if (this.hasFailedLong()) {
        const message = `The last ${mostFailures} runs failed: no further one begins.`;
        this.writer.emit({ type: 'warning', message });
        return;
      }
    }
  }

  private async trainOne(
    experiment: Experiment,
    label: string,
    settings: Settings,
    time: TimeLimit,
  ): Promise<void> {
    const { options, writer } = this;
    const keepsLast = experiment.training.earlyStopping?.restoreBest === false;
    const trial = new RunningTrial(options.plan.metric, keepsLast, {
      index: this.trials.length + 1,
      label,
      settings: { ...settings },
    });
    const tell = () => writer.emit(trial.event());
    let folder: string | undefined;
    let card: ModelCard | undefined;
    let judged: JudgedRows | undefined;
    try {
      const { status } = await singleRun({
        experiment,
        experimentFile: options.experimentFile,
        root: options.root,
        settings: options.settings,
        ...(options.probe ? { probe: options.probe } : {}),
        parent: { id: writer.id, index: trial.index, label },
        load: (signal) => this.load(experiment, signal),
        signal: AbortSignal.any([this.signal, time.signal]),
        onRun: (run) => {
          folder = run.folder;
          trial.id = run.id;
          tell();
        },
        onEvent: (event) => {
          options.onTrialEvent?.(event, trial);
          if (trial.hear(event)) tell();
        },
        onEpoch: (epoch, metrics) => this.judge(trial, epoch, metrics, experiment),
        onJudged: (rows) => {
          judged = rows;
        },
        onCard: (told) => {
          card = told;
        },
      });
      trial.status = status === 'succeeded' && trial.isPruned ? 'pruned' : status;
    } catch (error) {
      if (folder === undefined) throw error;
      trial.fail(error);
    }
    const done = { experiment, event: trial.event(), scores: trial.scores, error: trial.error, card };
    this.trials.push(done);
    const isBest = folder !== undefined && this.isBest(done);
    if (isBest) this.keepBest(done, folder!, trial);
    if (judged && trial.status === 'succeeded') this.keepJudged(judged, settings, isBest);
    tell();
    // What nobody can mend is a bug, of which the other runs would die as well.
    if (done.error && !(done.error instanceof HumanError)) throw done.error;
  }

  private judge(
    trial: RunningTrial,
    epoch: number,
    metrics: EpochMetrics,
    { training }: Experiment,
  ): 'stop' | undefined {
    if (!this.halving || epoch >= training.epochs) return undefined;
    if (this.halving.goesOn(epoch, metrics[metricOf(trial.metric)])) return undefined;
    trial.isPruned = true;
    return 'stop';
  }

  private isBest({ event, error }: Trial): boolean {
    // One that was stopped before its first epoch was over has hardly a model.
    if (error || event.epoch === 0) return false;
    if (!this.best) return true;
    const [value, before] = [event.value, this.best.event.value];
    if (value === null || before === null) return value !== null;
    return isHigherBetter(metricOf(this.options.plan.metric)) ? value > before : value < before;
  }

  private keepBest(trial: Trial, folder: string, { bestEpoch }: RunningTrial): void {
    this.best = trial;
    shareModel(folder, this.writer.folder);
    this.writeCard(trial);
    const { device, threads, runtime } = readRecord(folder);
    // Who predicts with the model uses what has trained it.
    this.writer.update({ device, threads, runtime });
    if (!bestEpoch) return;
    const { loss, accuracy } = bestEpoch.validation;
    this.writer.update({
      best: {
        epoch: bestEpoch.epoch,
        metric: this.options.plan.metric,
        value: trial.event.value,
        validation: { loss, accuracy },
      },
    });
  }

  /** Every row of a cross-validation is judged once, by the first seed; otherwise what counts is the model that is kept. */
  private keepJudged(judged: JudgedRows, settings: Settings, isBest: boolean): void {
    const fold = settings[foldOption];
    const isNew = fold !== undefined && !this.judged.has(fold);
    if (isNew || (fold === undefined && isBest)) this.judged.set(fold, judged);
  }

  /** The model is the trial's, but it is found under the group's name. */
  private writeCard({ card }: Trial, found: Partial<ModelCard> = {}): void {
    if (!card) return;
    const { name } = this.options.experiment;
    writeModelCard(runPaths(this.writer.folder).model, { ...card, name, ...found });
  }

  private refuseHopeless(): void {
    const { trials } = this;
    const messages = new Set(trials.map(({ event }) => event.message));
    if (trials.length !== hopeless || messages.size > 1 || !trials.every(({ error }) => error)) return;
    throw trials[0]!.error;
  }

  private hasFailedLong(): boolean {
    const last = this.trials.slice(-mostFailures);
    return last.length === mostFailures && last.every(({ error }) => error);
  }

  /** Each reason once. */
  private warnOfImpossible(settings: Settings, why: string): void {
    if (this.impossible.has(why)) return;
    this.impossible.add(why);
    const shown = Object.entries(settings).map(([option, value]) => `${option} ${JSON.stringify(value)}`);
    this.writer.emit({
      type: 'warning',
      message: `Settings such as ${shown.join(', ')} are left out: ${why}`,
    });
  }

  private summarize(): void {
    const succeeded = this.trials.filter(({ event }) => event.status === 'succeeded');
    const { event: best } = this.best ?? {};
    this.writer.emit({
      type: 'summary',
      metrics: summarize(succeeded.map(({ scores }) => scores)),
      ...(best && best.value !== null ? { best: { index: best.index, id: best.id, value: best.value } } : {}),
    });
  }
}

function nothingPossible(): HumanError {
  return new HumanError('None of the settings that the search tried is possible.', {
    hint: 'The warnings say why. List values that fit each other.',
  });
}
