import { count, countOf } from '../protocol/count';
import {
  type EpochPoint,
  type GroupState,
  type LogLine,
  longestLog,
  type RunState,
  type ShownEvaluation,
  type ToPage,
} from '../protocol/dashboard';
import { deviceNotes } from '../protocol/device-words';
import type {
  BatchEvent,
  DownloadEvent,
  Evaluation,
  FinishedEvent,
  ModelEvent,
  Phase,
  RunEvent,
  TrialEvent,
} from '../protocol/events';
import { CurveBuilder, type CurvePosition, curveStart } from './curve';
import { macroF1Interval, shareInterval } from './intervals';

type Delta = Extract<ToPage, { type: 'delta' }>;

/** How far a reader of a view has been told. */
export interface ViewPosition {
  curve: CurvePosition;
  epochs: number;
  logged: number;
}

export const viewStart: ViewPosition = { curve: curveStart, epochs: 0, logged: 0 };

/** The parts of a run that a page shows and that its events tell. */
export type ViewPart =
  | 'progress'
  | 'curve'
  | 'epochs'
  | 'thaw'
  | 'data'
  | 'model'
  | 'evaluation'
  | 'labels'
  | 'examples'
  | 'group'
  | 'log';

/** A run as its events tell it, live or replayed: what the dashboard, the tree and the status bar show. */
export class RunView {
  phase: Phase | undefined;
  /** Of the file that is on its way. */
  download: DownloadEvent | undefined;
  batch: BatchEvent | undefined;
  finished: FinishedEvent | undefined;
  data: RunState['data'] = null;
  model: RunState['model'] = null;
  thaw: RunState['thaw'] = null;
  evaluation: ShownEvaluation | null = null;
  labels: RunState['labels'] = null;
  examples: RunState['examples'] = [];
  /** Replaced, never changed. */
  group: GroupState | null = null;
  readonly curve = new CurveBuilder();
  readonly epochs: EpochPoint[] = [];
  /** The last lines. */
  readonly log: LogLine[] = [];
  /** How many lines there ever were. */
  #logged = 0;

  /** Takes in the next events; returns which parts changed. */
  apply(events: readonly RunEvent[]): Set<ViewPart> {
    const changed = new Set<ViewPart>();
    for (const event of events) {
      for (const part of this.#take(event)) changed.add(part);
      const line = logLineOf(event);
      if (line) {
        this.log.push({ level: line.level, text: `${clock(event.time)}  ${line.text}` });
        this.#logged++;
        changed.add('log');
      }
    }
    if (this.log.length > longestLog) this.log.splice(0, this.log.length - longestLog);
    return changed;
  }

  get position(): ViewPosition {
    return { curve: this.curve.position, epochs: this.epochs.length, logged: this.#logged };
  }

  /** What a reader of the lists lacks who was told all up to `position`. */
  since(position: ViewPosition): Pick<Delta, 'curve' | 'epochs' | 'log'> {
    const curve = this.curve.since(position.curve);
    const epochs = this.epochs.slice(position.epochs);
    const log = this.log.slice(Math.max(0, this.log.length - (this.#logged - position.logged)));
    return {
      ...(curve ? { curve } : {}),
      ...(epochs.length > 0 ? { epochs } : {}),
      ...(log.length > 0 ? { log } : {}),
    };
  }

  /** Between 0 and 1: the share of all planned batches that is done; of a group, of its planned runs. */
  get progress(): number {
    if (this.finished?.status === 'succeeded') return 1;
    if (this.group) {
      const { planned, trials } = this.group;
      const ended = trials.filter(({ status }) => status !== 'running').length;
      return planned ? Math.min(1, ended / planned) : 0;
    }
    if (!this.batch) return 0;
    const { epoch, epochs, batch, batches } = this.batch;
    return (epoch - 1 + batch / batches) / epochs;
  }

  #take(event: RunEvent): readonly ViewPart[] {
    switch (event.type) {
      case 'started':
      case 'warning':
      case 'continued':
        return [];
      case 'thawed':
        this.thaw = { epoch: event.epoch, step: this.batch?.step ?? 0 };
        return ['thaw'];
      case 'phase':
        this.phase = event.phase;
        this.download = undefined;
        return ['progress'];
      case 'download':
        this.download = event;
        return ['progress'];
      case 'group':
        this.group = { ...withoutStamp(event), trials: [], summary: null };
        return ['group', 'progress'];
      case 'trial':
        if (!this.group) return [];
        this.group = { ...this.group, trials: withTrial(this.group.trials, withoutStamp(event)) };
        return ['group', 'progress'];
      case 'summary':
        if (!this.group) return [];
        this.group = { ...this.group, summary: withoutStamp(event) };
        return ['group'];
      case 'data':
        this.data = withoutStamp(event);
        return ['data'];
      case 'model':
        this.model = withoutStamp(event);
        return ['model'];
      case 'batch':
        this.batch = event;
        this.curve.add(event);
        return ['progress', 'curve'];
      case 'epoch': {
        this.epochs.push({ ...withoutStamp(event), step: this.batch?.step ?? 0 });
        return ['epochs'];
      }
      case 'evaluation':
        this.evaluation = withIntervals(event.evaluation);
        return ['evaluation'];
      case 'labels':
        this.labels = withoutStamp(event);
        return ['labels'];
      case 'examples':
        this.examples = event.examples;
        return ['examples'];
      case 'finished':
        this.finished = event;
        return ['progress'];
    }
  }
}

function withoutStamp<Event extends RunEvent>({ time: _time, type: _type, ...rest }: Event) {
  return rest;
}

/** What was last heard of each run of a group, in the order in which they began. */
function withTrial(trials: GroupState['trials'], news: GroupState['trials'][number]): GroupState['trials'] {
  const known = trials.some(({ index }) => index === news.index);
  return known ? trials.map((trial) => (trial.index === news.index ? news : trial)) : [...trials, news];
}

export function withIntervals(evaluation: Evaluation): ShownEvaluation {
  return {
    ...evaluation,
    accuracyInterval: shareInterval(evaluation.accuracy, evaluation.rows),
    macroF1Interval: macroF1Interval(evaluation.confusion),
  };
}

function modelText({ summary, device, threads, reason, fallbacks }: ModelEvent): string {
  const notes = deviceNotes(reason, fallbacks).map((note) => ` (${note})`);
  return `${summary}, on ${device} with ${threads} threads${notes.join('')}`;
}

function logLineOf(event: RunEvent): LogLine | undefined {
  switch (event.type) {
    case 'started':
      return { level: 'info', text: `started as ${event.id}` };
    case 'phase':
      return { level: 'info', text: event.phase };
    case 'model':
      return { level: 'info', text: modelText(event) };
    case 'warning':
      return { level: 'warning', text: event.message };
    case 'epoch':
      return { level: 'info', text: epochLine(event) };
    case 'continued':
      return {
        level: 'info',
        text: `goes on after epoch ${event.epoch} of ${event.from}, with the optimizer's moments at their start`,
      };
    case 'thawed':
      return { level: 'info', text: `epoch ${event.epoch}: from here on the whole encoder is trained` };
    case 'evaluation': {
      const { split, rows, accuracy } = event.evaluation;
      return { level: 'info', text: `evaluated on ${rows} ${split} rows: ${percent(accuracy)} accuracy` };
    }
    case 'labels':
      return {
        level: 'info',
        text: `judged the labels of ${countOf(event.rows, 'row')}: ${count(event.issues)} may be wrong`,
      };
    case 'finished':
      return {
        level: event.status === 'failed' ? 'error' : 'info',
        text: event.message ? `${event.status}: ${event.message}` : event.status,
      };
    case 'group': {
      const runs = event.planned === null ? 'runs' : `${event.planned} runs`;
      return { level: 'info', text: `${groupNames[event.kind]}: ${runs}, the best by ${event.metric}` };
    }
    case 'trial':
      return trialLine(event);
    case 'summary': {
      const { best } = event;
      return best && { level: 'info', text: `the best is run ${best.index}: ${best.value.toPrecision(4)}` };
    }
    case 'data':
    case 'batch':
    case 'examples':
    case 'download':
      return undefined;
  }
}

const groupNames = { search: 'search', folds: 'cross-validation', repeat: 'repetition' } as const;

/** What came of a run of a group; nothing while it goes on, for it has a log of its own. */
function trialLine({ label, status, value, seconds, message }: TrialEvent): LogLine | undefined {
  if (status === 'running') return undefined;
  const result = value === null ? '' : `, ${value.toPrecision(4)}`;
  const text = `${label}: ${status}${result} (${seconds.toFixed(1)} s)${message ? `: ${message}` : ''}`;
  return { level: status === 'failed' ? 'warning' : 'info', text };
}

function epochLine({
  epoch,
  train,
  validation,
  seconds,
  best,
}: Extract<RunEvent, { type: 'epoch' }>): string {
  const loss = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  const scores = `loss ${loss(train.loss)}, validation loss ${loss(validation.loss)}, validation accuracy ${percent(validation.accuracy)}`;
  return `epoch ${epoch}: ${scores} (${seconds.toFixed(1)} s${best ? ', best so far' : ''})`;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** The time of day where the person is: `14:03:59`. */
function clock(time: string): string {
  return new Date(time).toLocaleTimeString('en-GB');
}
