import { withoutDevice } from '../experiment/without-device';

/** What the command line is told to train. */
export interface TrainRequest {
  experimentFile: string;
  /** The folder whose `.textclf` gets the run. */
  root: string;
  isBaseline: boolean;
  /** The folder of a run that goes on, on the processor, where its device has failed. */
  continues?: string | undefined;
}

export function trainArguments({ experimentFile, root, isBaseline, continues }: TrainRequest): string[] {
  return [
    ...['train', experimentFile, '--root', root, '--quiet'],
    ...(isBaseline ? ['--baseline'] : []),
    // Whatever the file says by the time that it is trained.
    ...(continues === undefined ? [] : ['--continue', continues, ...withoutDevice().flatMap(asSet)]),
  ];
}

function asSet(setting: string): string[] {
  return ['--set', setting];
}
