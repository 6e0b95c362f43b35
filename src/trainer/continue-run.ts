import { dirname, join } from 'node:path';
import { located, OptionError } from '../experiment/option-error';
import type { Experiment } from '../experiment/schema';
import type { EpochEvent, GroupKind } from '../protocol/events';
import { HumanError } from '../protocol/human-error';
import { differingSettings } from '../runs/compare';
import { readEvents } from '../runs/events';
import { findRun, type Run, summaryOf } from '../runs/list';
import { runPaths, savedModel } from '../runs/paths';
import { mayBeRunning } from '../runs/record';
import { readRunExperiment } from '../runs/run-experiment';

/** What a run goes on from: the last epoch of another run whose weights were kept. */
export interface Past {
  /** The other run's id. */
  readonly id: string;
  /** The model folder with that epoch's weights. */
  readonly model: string;
  readonly epoch: number;
  /** The epochs up to that one, as far as runs that tell of them are still there. */
  readonly epochs: readonly EpochEvent[];
  readonly dataDigest: string | undefined;
}

/**
 * What training an experiment is to go on from; undefined where the run has finished no epoch, so that there is nothing
 * to go on from.
 *
 * @param reference the run, as `findRun` takes it
 * @throws HumanError where it cannot go on from there
 */
export async function pastOf(
  reference: string,
  { experiment, experimentFile, root }: { experiment: Experiment; experimentFile: string; root: string },
): Promise<Past | undefined> {
  const run = findRun(root, reference);
  refuseKinds(run, experiment);
  const before = readRunExperiment(run.folder);
  const trouble = anotherModel(run.id, before, experiment);
  if (trouble) throw await located(trouble, experimentFile);
  const model = savedModel(run.folder);
  const epoch = keptEpoch(run, before);
  if (!model || epoch === undefined) return undefined;
  if (run.record.status === 'succeeded' && epoch >= experiment.training.epochs) {
    const message = `The run ${run.id} has finished all its epochs: the best one is ${epoch} of ${before.training.epochs}.`;
    const more = `training.epochs=${before.training.epochs + epoch}`;
    const hint = `To train it further, set more epochs than it has had: --set ${more}.`;
    throw await located(new OptionError(message, ['training', 'epochs'], hint), experimentFile);
  }
  const { dataDigest } = run.record;
  return { id: run.id, model, epoch, epochs: epochsUpTo(run, epoch), dataDigest };
}

/** A group has no one model that could be trained further. */
export function severalRuns(kind: GroupKind): HumanError {
  const what = { search: 'A search', folds: 'A cross-validation', repeat: 'A repetition' }[kind];
  return new HumanError(`${what} is several runs, which cannot go on from one.`, {
    hint: 'Train it anew, without --continue.',
  });
}

/** Throws where rows are others than those that the run before had. */
export function refuseOtherData({ id, dataDigest }: Past, digest: string): void {
  if (dataDigest === digest) return;
  throw new HumanError(
    `The data is not what the run ${id} was trained on: files have changed, or their rows are split otherwise.`,
    { hint: 'Rows that it was trained on could be tested on now. Train anew, without --continue.' },
  );
}

function refuseKinds({ id, record }: Run, { model }: Experiment): void {
  if (mayBeRunning(record)) {
    throw new HumanError(`The run ${id} is still running (process ${record.pid}).`, {
      hint: `Stop it first: textclf runs stop ${id}`,
    });
  }
  if (record.group) throw severalRuns(record.group.kind);
  if (model.type === 'baseline' || record.model === 'baseline') {
    throw new HumanError('A baseline is trained at one go: there is nothing to go on from.', {
      hint: 'Train it anew, without --continue.',
    });
  }
}

/** Sections of an experiment that decide what a model is and what it has learned from. */
function compared({ data, tokenizer, model, training }: Experiment): unknown {
  return { data, tokenizer, model, training: { seed: training.seed } };
}

/**
 * What may differ: where files are, since what is in them is compared; and what of a pretrained encoder is trained, and
 * how much of a text it reads, since its weights stay what they are.
 */
const free = {
  any: /^data\.(train|validation|test|format|hub(\..*)?)$/,
  pretrained: /^model\.(freezeLayers|freezeEmbeddings|maxLength)$/,
};

function anotherModel(id: string, before: Experiment, now: Experiment): OptionError | undefined {
  const isFree = (path: string) =>
    free.any.test(path) || (now.model.type === 'pretrained' && free.pretrained.test(path));
  const differing = differingSettings([compared(before), compared(now)]).filter(({ path }) => !isFree(path));
  const [first] = differing;
  if (!first) return undefined;
  const told = differing.slice(0, 3).map(({ path, values: [then, here] }) => {
    return `"${path}" was ${then || 'left out'} and is ${here || 'left out'}`;
  });
  const more = differing.length > told.length ? `; ${differing.length - told.length} more differ` : '';
  return new OptionError(
    `The experiment is not that of the run ${id}: ${told.join('; ')}${more}.`,
    first.path.split('.'),
    'Set it back to go on with that run, or train anew without --continue.',
  );
}

/** Which epoch's weights the model folder has. */
function keptEpoch({ record }: Run, { training }: Experiment): number | undefined {
  const isOver = record.status === 'succeeded' || record.status === 'stopped';
  const keepsLast = isOver && training.earlyStopping?.restoreBest === false;
  // One that went on itself and ended before an epoch was over has that one's weights.
  return (keepsLast ? record.last?.epoch : undefined) ?? record.best?.epoch;
}

/** Those of the run, and before them those of the runs that it went on from itself. */
function epochsUpTo({ folder, record }: Run, last: number, seen = new Set<string>()): EpochEvent[] {
  seen.add(folder);
  const own = readEvents(runPaths(folder).events).events.filter(
    (event): event is EpochEvent => event.type === 'epoch' && event.epoch <= last,
  );
  const before = record.continues === undefined ? undefined : siblingOf(folder, record.continues);
  if (!before || seen.has(before.folder)) return own;
  return [...epochsUpTo(before, (own[0]?.epoch ?? last + 1) - 1, seen), ...own];
}

/** A run beside another, if it is there; a record could name any path. */
function siblingOf(folder: string, id: string): Run | undefined {
  if (!/^[\w-]+$/.test(id)) return undefined;
  const run = summaryOf(join(dirname(folder), id));
  return run?.type === 'run' ? run : undefined;
}
