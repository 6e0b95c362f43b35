import { dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { type DeviceName, devices } from '../protocol/devices';
import { findRoot } from '../runs/paths';

/** The options that every command takes. */
export interface GlobalOptions {
  root?: string;
  json?: boolean;
}

/** What a command that reads an experiment file takes besides. */
export interface SetOptions {
  set?: string[];
}

/** `--set`, given as often as there are options to set. */
export function setOption(): Option {
  const collect = (value: string, before: string[] = []) => [...before, value];
  return new Option(
    '--set <option=value>',
    "another value for an option of the experiment, by its dotted path; again for further ones. Without a value it is left out; a file's path starts at this folder",
  ).argParser(collect);
}

/** What a command that predicts takes besides. */
export interface DeviceOptions {
  device?: DeviceName;
}

export function deviceOption(): Option {
  return new Option(
    '--device <device>',
    'what computes (default: what the run was trained on, or the processor where that is not there)',
  ).choices(devices);
}

/** A command's options together with the global ones. */
export function optionsOf<Options>(command: Command): Options & GlobalOptions {
  return command.optsWithGlobals();
}

/** The workspace folder whose runs a command works on. */
export function rootOf({ root }: GlobalOptions): string {
  return root ?? findRoot(process.cwd());
}

/** The workspace folder that an experiment's runs go to. */
export function rootOfExperiment({ root }: GlobalOptions, experimentFile: string): string {
  return root ?? findRoot(dirname(experimentFile));
}
