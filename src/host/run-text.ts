import type { GroupKind } from '../protocol/events';
import { isAveraged, validationAccuracy } from '../runs/best';
import type { RunRecord } from '../runs/record';
import type { RunView } from '../runs/run-view';

/** `87.4 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `lstm`; of a pretrained one also what it starts from: `pretrained, roberta-base`. */
export function modelText({ model, encoder }: Pick<RunRecord, 'model' | 'encoder'>): string {
  return [model, encoder].filter(Boolean).join(', ');
}

/** Of a run's model: `87.4 % validation accuracy`, of folds `best fold 87.4 % …`; empty before the first epoch. */
export function accuracyText(record: RunRecord): string {
  const whose = record.group && isAveraged(record) ? `best ${trialNouns[record.group.kind]} ` : '';
  const validation = validationAccuracy(record);
  if (validation !== undefined) return `${whose}${percent(validation)} validation accuracy`;
  return record.test ? `${whose}${percent(record.test.accuracy)} test accuracy` : '';
}

/** Metrics that are no shares. */
const numbers = new Set(['loss', 'logLoss', 'brier', 'matthews', 'rocAuc', 'prAuc']);

/** The value of `validation.accuracy`: `91.2 %`; of `validation.loss`: `0.2345`. */
export function metricValue(metric: string, value: number): string {
  const name = metric.slice(metric.indexOf('.') + 1);
  return numbers.has(name) ? value.toFixed(4) : percent(value);
}

/** `epoch 2/5`; before the first batch the phase, and how far a download is. */
export function stageText(view: RunView | undefined): string {
  if (view?.download) {
    const { name, done, total } = view.download;
    return `downloading ${name}, ${Math.floor((100 * done) / Math.max(1, total))} %`;
  }
  if (!view?.batch) return view?.phase ?? 'starting';
  return `epoch ${view.batch.epoch}/${view.batch.epochs}`;
}

/** `epoch 2/5, 61 %` */
export function progressText(view: RunView | undefined): string {
  const stage = stageText(view);
  return view?.batch && !view.download ? `${stage}, ${Math.floor(100 * view.progress)} %` : stage;
}

/** What a run of such a group is called. */
export const trialNouns: Readonly<Record<GroupKind, string>> = {
  search: 'trial',
  folds: 'fold',
  repeat: 'seed',
};

/** `45 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
