import {
  type EpochPoint,
  type LogLine,
  longestLog,
  type RunState,
  type ShownEvaluation,
  type ToPage,
} from '../protocol/dashboard';
import type { BatchEvent, Evaluation, FinishedEvent, Phase, RunEvent } from '../protocol/events';
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
export type ViewPart = 'progress' | 'curve' | 'epochs' | 'data' | 'model' | 'evaluation' | 'examples' | 'log';

/** A run as its events tell it, live or replayed: what the dashboard, the tree and the status bar show. */
export class RunView {
  phase: Phase | undefined;
  batch: BatchEvent | undefined;
  finished: FinishedEvent | undefined;
  data: RunState['data'] = null;
  model: RunState['model'] = null;
  evaluation: ShownEvaluation | null = null;
  examples: RunState['examples'] = [];
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

  /** Between 0 and 1: the share of all planned batches that is done. */
  get progress(): number {
    if (this.finished?.status === 'succeeded') return 1;
    if (!this.batch) return 0;
    const { epoch, epochs, batch, batches } = this.batch;
    return (epoch - 1 + batch / batches) / epochs;
  }

  #take(event: RunEvent): readonly ViewPart[] {
    switch (event.type) {
      case 'started':
      case 'warning':
        return [];
      case 'phase':
        this.phase = event.phase;
        return ['progress'];
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

export function withIntervals(evaluation: Evaluation): ShownEvaluation {
  return {
    ...evaluation,
    accuracyInterval: shareInterval(evaluation.accuracy, evaluation.rows),
    macroF1Interval: macroF1Interval(evaluation.confusion),
  };
}

function logLineOf(event: RunEvent): LogLine | undefined {
  switch (event.type) {
    case 'started':
      return { level: 'info', text: `started as ${event.id}` };
    case 'phase':
      return { level: 'info', text: event.phase };
    case 'model':
      return { level: 'info', text: `${event.summary}, on ${event.device} with ${event.threads} threads` };
    case 'warning':
      return { level: 'warning', text: event.message };
    case 'epoch':
      return { level: 'info', text: epochLine(event) };
    case 'evaluation': {
      const { split, rows, accuracy } = event.evaluation;
      return { level: 'info', text: `evaluated on ${rows} ${split} rows: ${percent(accuracy)} accuracy` };
    }
    case 'finished':
      return {
        level: event.status === 'failed' ? 'error' : 'info',
        text: event.message ? `${event.status}: ${event.message}` : event.status,
      };
    case 'data':
    case 'batch':
    case 'examples':
      return undefined;
  }
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
