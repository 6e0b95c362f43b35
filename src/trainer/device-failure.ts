import { dirname, relative } from 'node:path';
import type { Experiment } from '../experiment/schema';
import { withoutDevice } from '../experiment/without-device';
import type { Failure } from '../protocol/events';
import { findRoot, runsFolder, savedModel } from '../runs/paths';
import { DeviceError } from '../runtime/device-error';

/** The run that a device failed in. */
export interface FailedRun {
  readonly id: string;
  readonly folder: string;
  readonly experimentFile: string;
  readonly experiment: Experiment;
  /** What the command line set in the file. */
  readonly settings: readonly string[];
  /** The folder of the group's own run, where it is one of a group's: such a run does not go on by itself. */
  readonly group?: string | undefined;
}

/** By what a run failed, for its record: a device that is not there has an option of the experiment around it. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof DeviceError) return 'device';
  return error instanceof Error ? failureOf(error.cause) : undefined;
}

/** The same trouble with what is left of the run, and how to go on. */
export function withAdvice(error: DeviceError, run: FailedRun): DeviceError {
  // What to do about memory depends on the model; the device's own words know nothing of it.
  const mending = error.trouble === 'memory' ? memoryHint(run.experiment) : error.hint;
  const hint = [mending, wayOn(run)].filter((line) => line !== undefined).join('\n  ');
  return new DeviceError(error.trouble, error.message, { hint, cause: error });
}

function memoryHint({ model }: Experiment): string {
  const [length, ...others] =
    model.type === 'pretrained'
      ? ['"maxLength" (model)', '"recompute": true (training)', '"freezeLayers" (model)']
      : ['"maxLength" (tokenizer)', 'smaller sizes (model)'];
  const all = [
    'a smaller "batchSize" with more "gradientAccumulation" (training)',
    `a smaller ${length}`,
    ...others,
  ];
  return `Any of these takes less of it: ${all.join(', ')}.`;
}

function wayOn({ id, folder, experimentFile, experiment, settings, group }: FailedRun): string {
  const model = savedModel(folder);
  const sets = [...settings, ...withoutDevice(experiment.runtime)]
    .map((setting) => ` --set ${word(setting)}`)
    .join('');
  const command = `textclf train ${word(relative('', experimentFile))}`;
  // Ids are looked for in the workspace that the experiment lies in.
  const isThere = runsFolder(findRoot(dirname(experimentFile))) === dirname(folder);
  const run = isThere ? id : word(relative('', folder));
  if (group !== undefined || !model) return `Without the device: ${command}${sets}`;
  return [
    `The best model so far is kept in ${word(relative('', model))}.`,
    `Go on from there without the device: ${command} --continue ${run}${sets}`,
  ].join('\n  ');
}

/** Something as a shell takes it for one word, and a terminal shows it. */
function word(text: string): string {
  return /^[\p{L}\p{N}_./:\\@%+=,-]+$/u.test(text) ? text : JSON.stringify(text);
}
