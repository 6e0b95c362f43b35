import type { RunRecord } from '../runs/record';
import type { RunView } from '../runs/run-view';

/** `87.4 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `87.4 % validation accuracy`, empty before the first epoch. */
export function accuracyText(record: RunRecord): string {
  const validation = record.best?.validation?.accuracy ?? record.last?.validation.accuracy;
  if (validation != null) return `${percent(validation)} validation accuracy`;
  return record.test ? `${percent(record.test.accuracy)} test accuracy` : '';
}

/** `epoch 2/5, 61 %`; before the first batch the phase. */
export function progressText(view: RunView | undefined): string {
  if (!view?.batch) return view?.phase ?? 'starting';
  const { epoch, epochs } = view.batch;
  return `epoch ${epoch}/${epochs}, ${Math.floor(100 * view.progress)} %`;
}

/** `45 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
