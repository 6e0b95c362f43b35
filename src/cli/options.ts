import { dirname } from 'node:path';
import type { Command } from 'commander';
import { findRoot } from '../runs/paths';

/** The options that every command takes. */
export interface GlobalOptions {
  root?: string;
  json?: boolean;
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
