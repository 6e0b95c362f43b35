import { relative } from 'node:path';
import type { RunHeader } from '../protocol/dashboard';
import type { RunView } from '../runs/run-view';
import { isContinuable } from './is-continuable';
import type { StoredRun } from './run-store';

/**
 * What stands at the head of a dashboard.
 *
 * @param current of a group in training, how far the run at hand is, between 0 and 1
 */
export function runHeader(run: StoredRun, view: RunView, current = 0): RunHeader {
  const { record } = run;
  const { epoch = 0, epochs = 0, batch = 0, batches = 0, samplesPerSecond, etaSeconds } = view.batch ?? {};
  // The events are ahead of the record by a moment.
  const status = view.finished?.status ?? run.status;
  const isLive = status === 'starting' || status === 'running';
  const message = view.finished?.message ?? record.message;
  return {
    id: run.id,
    name: run.name,
    status,
    ...(message === undefined ? {} : { message }),
    ...(view.phase === undefined || !isLive ? {} : { phase: view.phase }),
    ...(view.download === undefined || !isLive ? {} : { download: downloadOf(view.download) }),
    startedAt: record.startedAt,
    ...(isLive ? {} : { endedAt: view.finished?.time ?? record.endedAt ?? record.heartbeat }),
    progress: Math.min(
      1,
      view.progress + (isLive ? current / (view.group?.planned ?? Number.POSITIVE_INFINITY) : 0),
    ),
    ...{ epoch, epochs, batch, batches },
    ...(samplesPerSecond === undefined ? {} : { samplesPerSecond }),
    ...(etaSeconds === undefined || !isLive ? {} : { etaSeconds }),
    ...deviceOf(run, view),
    continuable: isContinuable(run),
    experimentFile: relative(run.root, record.experimentFile).replaceAll('\\', '/'),
    ...(record.best
      ? { best: { epoch: record.best.epoch, metric: record.best.metric, value: record.best.value } }
      : {}),
    hasModel: run.hasModel,
    starred: run.starred,
    note: run.note,
    stopping: isLive && run.stopping,
  };
}

/** The events tell it once the model is there, the record from the start. */
function deviceOf(
  { record }: StoredRun,
  { model }: RunView,
): Partial<RunHeader> & Pick<RunHeader, 'device' | 'threads'> {
  const reason = model?.reason ?? record.runtime?.reason;
  return {
    device: record.device,
    threads: record.threads,
    ...(record.runtime ? { deviceName: record.runtime.device } : {}),
    ...(reason === undefined ? {} : { deviceReason: reason }),
    ...(model?.fallbacks ? { fallbacks: model.fallbacks } : {}),
  };
}

function downloadOf({ name, done, total }: NonNullable<RunHeader['download']>): RunHeader['download'] {
  return { name, done, total };
}
