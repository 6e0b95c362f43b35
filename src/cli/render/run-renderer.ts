import { count } from '../../protocol/count';
import type { GroupState } from '../../protocol/dashboard';
import type { BatchEvent, DownloadEvent, FinishedEvent, RunEvent, TrialEvent } from '../../protocol/events';
import { phaseNames } from '../../protocol/phase-names';
import { harmless, harmlessLines } from '../format/harmless';
import { duration } from '../format/numbers';
import { indent } from '../format/table';
import { displayWidth } from '../format/width';
import { dataLines } from './data';
import { epochHeader, epochLine } from './epochs';
import { evaluationLines, evaluationSummary } from './evaluation';
import { bestFirst, planLines, resultLines, summaryLines, trialLine } from './group';
import { labelLines } from './labels';
import { modelLines } from './model';
import { predictionLines } from './predictions';
import { progressBar, progressText } from './progress';
import { heading, type Style } from './style';

/** How batches show: as one line that is rewritten, as a plain line now and then, or not at all. */
export type ProgressMode = 'live' | 'lines' | 'none';

export interface RenderOptions {
  progress: ProgressMode;
  /** Only warnings, one line for each evaluation, and how the run ended. */
  quiet?: boolean;
  /** Asked for each line: a terminal may change its width. */
  style: () => Style;
}

export interface Rendered {
  /** Lines that stay. */
  lines: string[];
  /** The line that the next event replaces; absent where there is none. */
  live?: string;
}

/** Milliseconds between two plain lines of progress. */
const plainInterval = 5_000;

/** Milliseconds between two states of the live line: eyes see no more, and terminals are slow. */
const liveInterval = 60;

/** Turns the events of a run into lines for a terminal. All it knows of time is what the events say. */
export class RunRenderer {
  readonly #options: RenderOptions;
  #live: string | undefined;
  #id = '';
  #started: number | undefined;
  #lastProgress = 0;
  #lastLive = 0;
  #epochs: number | undefined;
  #hasEpochHeader = false;
  #endsInBlank = true;
  /** Of a run that stands for several. */
  #group: GroupState | undefined;
  #best: number | undefined;
  readonly #warned = new Set<string>();

  constructor(options: RenderOptions) {
    this.#options = options;
  }

  handle(event: RunEvent): Rendered {
    const time = Date.parse(event.time);
    this.#started ??= time;
    if (event.type === 'batch') this.#epochs = event.epochs;
    if (event.type === 'started') this.#id = event.id;
    return this.#rendered(this.#options.quiet ? this.#quietLines(event, time) : this.#lines(event, time));
  }

  /** What one of a group's runs says. */
  handleTrial(event: RunEvent, { label }: { label: string }): Rendered {
    const time = Date.parse(event.time);
    const style = this.#options.style();
    const name = harmless(label);
    if (this.#options.quiet && event.type !== 'warning') return this.#rendered([]);
    switch (event.type) {
      case 'batch': {
        const narrower = { ...style, width: style.width - displayWidth(name) - 2 };
        if (this.#isDue(event, time)) this.#showLive(`${name}  ${progressBar(event, narrower)}`);
        return this.#rendered(this.#plainProgress(event, time).map((line) => `  ${name}${line}`));
      }
      case 'phase':
        this.#showLive(style.colors.dim(`${name}  ${phaseNames[event.phase]} …`));
        return this.#rendered([]);
      case 'download':
        this.#showLive(style.colors.dim(`${name}${downloadText(event)}`));
        return this.#rendered([]);
      case 'warning': {
        // What is wrong with one is mostly wrong with all.
        if (this.#warned.has(event.message)) return this.#rendered([]);
        this.#warned.add(event.message);
        return this.#rendered(this.#warning(`${label}: ${event.message}`));
      }
      default:
        return this.#rendered([]);
    }
  }

  #rendered(lines: string[]): Rendered {
    if (lines.length > 0) this.#endsInBlank = lines.at(-1) === '';
    return this.#live === undefined ? { lines } : { lines, live: this.#live };
  }

  #quietLines(event: RunEvent, time: number): string[] {
    if (event.type === 'warning') return this.#warning(event.message);
    if (event.type === 'evaluation') return [evaluationSummary(event.evaluation)];
    if (event.type === 'group') this.#group = { ...event, trials: [], summary: null };
    if (event.type === 'summary' && this.#group) {
      return summaryLines(this.#group, event, this.#options.style());
    }
    return event.type === 'finished' ? [this.#ending(event.status, time)] : [];
  }

  #lines(event: RunEvent, time: number): string[] {
    const style = this.#options.style();
    switch (event.type) {
      case 'started':
        return [heading(style, harmless(event.name)) + style.colors.dim(`  ${harmless(event.id)}`), ''];
      case 'phase':
        this.#showLive(style.colors.dim(`  ${phaseNames[event.phase]} …`));
        return event.phase === 'training' && !this.#group ? this.#epochHeader(style, time) : [];
      case 'download':
        this.#showLive(style.colors.dim(downloadText(event)));
        return [];
      case 'group':
        this.#group = { ...event, trials: [], summary: null };
        return [...this.#gap(), ...planLines(event, style)];
      case 'trial':
        return this.#trial(event, style);
      case 'summary':
        this.#live = undefined;
        return this.#group ? this.#section(resultLines({ ...this.#group, summary: event }, style)) : [];
      case 'data':
        return this.#section(dataLines(event, style));
      case 'model':
        return this.#section(modelLines(event, style));
      case 'batch':
        this.#showProgress(event, style, time);
        return [...this.#epochHeader(style, time), ...this.#plainProgress(event, time)];
      case 'epoch':
        this.#live = undefined;
        return [...this.#epochHeader(style, time), epochLine(event, this.#epochs, style)];
      case 'continued': {
        const text = `  Goes on after epoch ${event.epoch} of ${harmless(event.from)}; the optimizer's moments start anew.`;
        return [...this.#gap(), style.colors.dim(text)];
      }
      case 'thawed':
        return [style.colors.dim(`  From epoch ${event.epoch} on, the whole encoder is trained.`)];
      case 'evaluation':
        this.#live = undefined;
        return this.#section(evaluationLines(event.evaluation, style));
      case 'labels':
        return this.#section(labelLines(event, this.#id, style));
      case 'examples':
        return this.#section([heading(style, 'Examples'), ...indent(predictionLines(event.examples, style))]);
      case 'warning':
        return this.#warning(event.message);
      case 'finished':
        this.#live = undefined;
        return [...this.#gap(), this.#ending(event.status, time)];
    }
  }

  /** A line when it is over; whether it is the best so far is known then. */
  #trial(event: TrialEvent, style: Style): string[] {
    if (!this.#group || event.status === 'running') return [];
    const group = { ...this.#group, trials: [...this.#group.trials, event] };
    this.#group = group;
    this.#live = undefined;
    const best = bestFirst(group).find(({ value, status }) => value !== null && status !== 'failed')?.index;
    const isBest = best === event.index && best !== this.#best;
    this.#best = best;
    return trialLine(group, event, isBest, style);
  }

  #showProgress(event: BatchEvent, style: Style, time: number): void {
    if (this.#isDue(event, time)) this.#showLive(progressBar(event, style));
  }

  /** Whether the live line is to be written anew. */
  #isDue(event: BatchEvent, time: number): boolean {
    if (event.batch < event.batches && time - this.#lastLive < liveInterval) return false;
    this.#lastLive = time;
    return true;
  }

  #plainProgress(event: BatchEvent, time: number): string[] {
    if (this.#options.progress !== 'lines' || time - this.#lastProgress < plainInterval) return [];
    this.#lastProgress = time;
    return [progressText(event)];
  }

  /** Once, above the first line of progress. */
  #epochHeader(style: Style, time: number): string[] {
    if (this.#hasEpochHeader) return [];
    this.#hasEpochHeader = true;
    this.#lastProgress = time;
    return [...this.#gap(), ...epochHeader(style)];
  }

  #showLive(line: string): void {
    if (this.#options.progress === 'live') this.#live = line;
  }

  /** A part that stands between blank lines. */
  #section(lines: string[]): string[] {
    return [...this.#gap(), ...lines, ''];
  }

  #gap(): string[] {
    return this.#endsInBlank ? [] : [''];
  }

  #warning(message: string): string[] {
    return `${this.#options.style().colors.yellow('warning:')} ${harmlessLines(message)}`.split('\n');
  }

  #ending(status: FinishedEvent['status'], time: number): string {
    const { colors } = this.#options.style();
    const took = duration((time - (this.#started ?? time)) / 1000);
    const endings = {
      succeeded: colors.green(`Finished in ${took}.`),
      stopped: colors.yellow(`Stopped after ${took}.`),
      failed: colors.red(`Failed after ${took}.`),
    };
    return endings[status];
  }
}

function downloadText({ name, done, total }: DownloadEvent): string {
  const megabytes = (bytes: number) => count(Math.round(bytes / 1e6));
  return `  Downloading ${harmless(name)}: ${megabytes(done)} of ${megabytes(total)} MB …`;
}
