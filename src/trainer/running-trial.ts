import type { EpochMetrics, GroupEvent, RunEvent, TrialEvent } from '../protocol/events';
import { formatError } from '../protocol/human-error';
import { metricOf } from '../protocol/metrics';
import type { Scores } from '../search/summary';

/** One of a group's runs while it goes on. */
export class RunningTrial {
  id = '';
  status: TrialEvent['status'] = 'running';
  isPruned = false;
  error: unknown;
  bestEpoch: { epoch: number; validation: EpochMetrics } | undefined;
  readonly index: number;
  readonly label: string;
  private epoch = 0;
  private test: Scores['test'];
  private readonly startedAt = performance.now();

  constructor(
    readonly metric: GroupEvent['metric'],
    /** Whether its model is that of the last epoch instead of the best. */
    private readonly keepsLast: boolean,
    private readonly name: Pick<TrialEvent, 'index' | 'label' | 'settings'>,
  ) {
    this.index = name.index;
    this.label = name.label;
  }

  /** Whether what is told of the run changed. */
  hear(event: RunEvent): boolean {
    if (event.type === 'evaluation' && event.evaluation.split === 'test') this.test = event.evaluation;
    if (event.type !== 'epoch') return false;
    this.epoch = event.epoch;
    if (event.best || this.keepsLast) this.bestEpoch = event;
    return true;
  }

  fail(error: unknown): void {
    this.status = 'failed';
    this.error = error;
  }

  get scores(): Scores {
    return { validation: this.bestEpoch?.validation, test: this.test };
  }

  event(): Omit<TrialEvent, 'time'> {
    return {
      type: 'trial',
      ...this.name,
      id: this.id,
      status: this.status,
      epoch: this.epoch,
      value: this.bestEpoch?.validation[metricOf(this.metric)] ?? null,
      seconds: (performance.now() - this.startedAt) / 1000,
      ...(this.error ? { message: formatError(this.error) } : {}),
    };
  }
}
